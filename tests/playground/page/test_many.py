"""A pasted list in a real browser, with a real model behind it."""

import csv
import io

import pytest
from playwright.sync_api import expect


def test_a_pasted_list(opened, expected, many):
    texts = ['A goal, "twice"', "=1+1", "Shares fell", *[f"text {number}" for number in range(40)]]
    many(opened, "\n\n".join(texts) + "\r\n")
    expect(opened.locator("#summary")).to_contain_text("43 texts: ")
    assert opened.locator("#table td.wide").all_inner_texts() == texts
    with opened.expect_download() as caught:
        opened.click("#download")
    assert caught.value.suggested_filename == "bbc-news-labels.csv"
    rows = list(csv.DictReader(io.StringIO(caught.value.path().read_text(encoding="utf-8"), newline="")))
    # A spreadsheet would compute the second.
    assert [row["text"] for row in rows] == [texts[0], "'=1+1", *texts[2:]]
    for text, row in zip(texts[:3], rows[:3], strict=True):
        probabilities = expected(text)
        assert row["label"] == max(probabilities, key=probabilities.get)
        assert {name: float(row[name]) for name in probabilities} == pytest.approx(probabilities, abs=1e-4)
        assert float(row["probability"]) == pytest.approx(max(probabilities.values()), abs=1e-4)
    opened.click("#table th [data-key=text]")
    shown = opened.locator("#table td.wide").all_inner_texts()
    assert sorted(shown) == sorted(texts)
    assert shown != texts
    expect(opened.locator("#table th[aria-sort=ascending]")).to_have_text("text")


def test_copying_a_list(opened, run_url, many):
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=run_url.rstrip("/"))
    many(opened, "a goal")
    opened.click("#copy")
    expect(opened.locator("#copy")).to_have_text("Copied")
    assert opened.evaluate("navigator.clipboard.readText()").startswith("text,label,probability,business,")


@pytest.mark.parametrize(
    "lines, sentence",
    [
        (" \n", "There is no text; paste some, one per line."),
        ("a\n" * 1001, "There are 1,001 texts; at most 1,000 are labelled at a time."),
        ("a\n\n" + "b" * 20_001, "Line 3 is longer than 20,000 characters; shorten it."),
    ],
    ids=["none", "many", "long"],
)
def test_a_wrong_list(opened, lines, sentence, many):
    many(opened, lines)
    expect(opened.locator("#problem")).to_have_text(sentence)
    expect(opened.locator("#results")).to_be_hidden()
