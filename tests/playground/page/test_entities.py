"""The page of a model that finds entities, in a real browser."""

import csv
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from bert_tf.playground.subject import WordScores
from bert_tf.tasks.tag.serving import TagServing

TEXTS = ["👍 Ada is in Bonn", "nothing"]


class Capitals:
    """Words with a capital are names, those of four letters places; places are counted in characters or bytes."""

    name, method, takes_pairs, max_tokens = "capitals", "occlusion", False, 16
    examples = ((TEXTS[0], None),)

    def __init__(self, offsets):
        self.offsets, self.catalogue, self.serving = offsets, None, TagServing(("PLACE", "NAME"), offsets)

    def place(self, text, index):
        return index if self.offsets == "characters" else len(text[:index].encode())

    def outputs(self, texts, pairs=None):
        found = [
            [
                (*(self.place(text, index) for index in each.span()), "PLACE" if len(each[0]) == 4 else "NAME")
                for each in re.finditer(r"[A-Z]\w+", text)
            ]
            for text in texts
        ]
        most = max(map(len, found))
        padded = [[*row, *[(0, 0, "")] * (most - len(row))] for row in found]
        columns = [np.array([[each[field] for each in row] for row in padded]) for field in range(3)]
        return {
            "count": np.array([len(row) for row in found], np.int32),
            "starts": columns[0].reshape(len(texts), most),
            "ends": columns[1].reshape(len(texts), most),
            "labels": np.array([[name.encode() for *_, name in row] for row in padded], object).reshape(
                len(texts), most
            ),
            "scores": np.full((len(texts), most), 0.75, np.float32),
            "mentions": np.array(
                [[0.25 + 0.5 * any(k == n for *_, k in row) for n in ("PLACE", "NAME")] for row in found]
            ),
        }

    def word_scores(self, text, pair, *, target):
        return WordScores([(text, 0.5)], [])


@pytest.fixture(scope="module", params=["characters", "bytes"])
def url(request, serving):
    with serving(Capitals(request.param)) as address:
        yield address


@pytest.fixture
def opened(page, url):
    page.goto(url)
    expect(page.locator("#described")).to_contain_text("entities of 2 types · reads 16 tokens")
    return page


def test_entities_are_marked_in_the_text_as_one_types(opened, answer):
    expect(opened.locator("#verdict")).to_have_text("Type a text to see its entities.")
    answer(opened, TEXTS[0])
    marks = opened.locator("#verdict mark")
    expect(marks).to_have_text(["AdaNAME", "BonnPLACE"])
    expect(opened.locator("#verdict b")).to_have_text(["NAME", "PLACE"])
    expect(marks.first).to_have_attribute("title", "NAME 0.7500")
    expect(opened.locator("#verdict")).to_have_text("👍 AdaNAME is in BonnPLACE")
    # A bar for each type, by the most probable word; pressing one shows the words that speak for it.
    expect(opened.locator(".bar")).to_have_count(2)
    expect(opened.locator("#for-title")).to_have_text("For PLACE")
    answer(opened, TEXTS[1])
    expect(opened.locator("#verdict")).to_have_text("nothing")
    expect(marks).to_have_count(0)
    expect(opened.locator("#history tbody tr").nth(0)).to_contain_text("(none)")


def test_many_texts_are_a_table_of_entities(opened, many):
    many(opened, "\n".join(TEXTS))
    expect(opened.locator("#summary")).to_have_text("2 texts: NAME 1 · PLACE 1")
    rows = opened.locator("#table tbody tr")
    expect(rows.nth(0)).to_contain_text("Ada (NAME), Bonn (PLACE)")
    expect(rows.nth(1)).to_contain_text("(none)")
    with opened.expect_download() as download:
        opened.locator("#download").click()
    with open(download.value.path(), newline="", encoding="utf-8-sig") as file:
        head, first, _ = csv.reader(file)
    assert head == ["text", "label", "probability", "PLACE", "NAME"]
    assert first[:2] == [TEXTS[0], "Ada (NAME), Bonn (PLACE)"]
