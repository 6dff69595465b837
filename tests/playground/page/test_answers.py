"""The page of a model that searches answers, in a real browser."""

import csv
import pathlib

import pytest
from playwright.sync_api import expect

from bert_tf import api
from bert_tf.playground.subject import load_subject, warm_up
from bert_tf.scores import score_text
from bert_tf.workflow.source import find_source

ASKED = ["is it a warm and funny film?", "will it rain in London tomorrow"]


@pytest.fixture(scope="module")
def model(cache, one_layer):
    from indexed_answers import index_specimen

    return pathlib.Path(index_specimen(cache=cache, encoder=str(one_layer))["model"])


@pytest.fixture(scope="module")
def url(model, serving):
    subject = load_subject(find_source(model))
    warm_up(subject)
    with serving(subject) as address:
        yield address


@pytest.fixture
def opened(page, url):
    page.goto(url)
    expect(page.locator("#described")).to_contain_text("20 answers · reads 16 tokens")
    return page


@pytest.fixture(scope="module")
def answers(model):
    return api.load(model).predict(ASKED)


def shown(found):
    best = found["answers"][0]
    return f"{'No answer fits.' if found['none_fits'] else best['text']} {score_text(best['score'])}"


def test_a_question_its_answers_and_the_words(opened, answer, answers):
    expect(opened.locator("#verdict")).to_have_text("Type a question to see its answers.")
    for text, found in zip(ASKED, answers, strict=True):
        answer(opened, text)
        expect(opened.locator("#verdict")).to_have_text(shown(found))
        listed = [f"{each['id']}: {each['text']}" for each in found["answers"]]
        expect(opened.locator("#bars .label")).to_have_text(listed)
        scores = [score_text(each["score"]) for each in found["answers"]]
        expect(opened.locator("#bars .number")).to_have_text(scores)
    # The one is an answer's own words, the other is of something else.
    assert [found["none_fits"] for found in answers] == [False, True]


def test_many_questions_are_a_table_of_answers(opened, many, answers):
    many(opened, "\n".join(ASKED))
    expect(opened.locator("#table-title")).to_have_text("Answers")
    best = answers[0]["answers"][0]
    expected = [f"{best['id']}: {best['text']}", "(no answer fits)"]
    expect(opened.locator("#table tbody td:nth-child(3)")).to_have_text(expected)
    with opened.expect_download() as download:
        opened.click("#download")
    with download.value.path().open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["answer"] for row in rows] == expected
