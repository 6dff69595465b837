"""The page of a model that predicts a number, in a real browser."""

import csv

import httpx
import pytest
from playwright.sync_api import expect

from bert_tf.scores import number_text

TEXTS = ["I love self-driving cars", "never in my life"]


@pytest.fixture(scope="module")
def url(served_run):
    with served_run("regress") as address:
        yield address


@pytest.fixture
def opened(page, url):
    page.goto(url)
    expect(page.locator("#described")).to_contain_text("a number · reads 16 tokens")
    return page


@pytest.fixture(scope="module")
def values(url):
    return httpx.post(f"{url}api/answers", json={"texts": TEXTS}, timeout=600).json()["value"]


@pytest.fixture
def shown(specimen_run):
    """A number as reports and the terminal write it."""
    deviation = specimen_run("regress").facts["std"]
    return lambda value: number_text(value, deviation)


def test_a_number_what_an_edit_changed_and_the_words(opened, answer, values, shown):
    expect(opened.locator("#verdict")).to_have_text("Type a text to see its number.")
    answer(opened, TEXTS[0])
    expect(opened.locator("#verdict")).to_have_text(shown(values[0]))
    expect(opened.locator(".bar")).to_have_count(0)
    expect(opened.locator("#for-title")).to_have_text("For a larger number")
    expect(opened.locator("#method")).to_contain_text("how much each word adds to the number, compared with")
    answer(opened, TEXTS[1])
    change = shown(abs(values[1] - values[0]))
    sign = "±" if change == "0" else "+" if values[1] > values[0] else "−"
    expect(opened.locator("#verdict")).to_have_text(f"{shown(values[1])} {sign}{change}")
    rows = opened.locator("#history tbody tr")
    expect(rows).to_have_count(2)
    expect(opened.locator("#history thead th")).to_have_text(["Edit", "value"])


def test_many_texts_are_a_table_of_numbers(opened, many, values, shown):
    many(opened, "\n".join(TEXTS))
    expect(opened.locator("#table-title")).to_have_text("Numbers")
    expect(opened.locator("#table tbody td:last-child")).to_have_text([shown(value) for value in values])
    low, high = sorted(values)
    expect(opened.locator("#summary")).to_have_text(f"2 texts: {shown(low)} to {shown(high)}")
    with opened.expect_download() as download:
        opened.click("#download")
    assert download.value.suggested_filename == "specimen-regress-numbers.csv"
    with download.value.path().open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == TEXTS
    assert [float(row["value"]) for row in rows] == pytest.approx(values)
