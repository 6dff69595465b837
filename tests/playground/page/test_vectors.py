"""The page of a model that gives vectors, in a real browser."""

import httpx
import numpy as np
import pytest
from playwright.sync_api import expect

TEXTS = ["I love self-driving cars", "I love my car", "never in my life"]


@pytest.fixture(scope="module")
def url(served_run):
    with served_run("embed") as address:
        yield address


@pytest.fixture
def opened(page, url):
    page.goto(url)
    expect(page.locator("#described")).to_contain_text("a vector · reads 16 tokens")
    return page


@pytest.fixture(scope="module")
def cosines(url):
    vectors = np.array(httpx.post(f"{url}api/answers", json={"texts": TEXTS}, timeout=600).json()["vector"])
    return vectors @ vectors.T


def test_an_edit_shows_how_near_the_vector_stayed(opened, answer, cosines):
    answer(opened, TEXTS[0])
    expect(opened.locator("#verdict")).to_have_text("1")
    expect(opened.locator("#for-title")).to_have_text("For the text's vector")
    expect(opened.locator("#method")).to_contain_text("the cosine with the vector of the whole text")
    answer(opened, TEXTS[1])
    assert float(opened.locator("#verdict").text_content()) == pytest.approx(cosines[0, 1], abs=1e-3)
    expect(opened.locator("#history thead th")).to_have_text(["Edit", "cosine"])


def test_many_texts_are_held_against_the_first(opened, many, cosines):
    many(opened, "\n".join(TEXTS))
    cells = opened.locator("#table tbody td:last-child").all_text_contents()
    assert list(map(float, cells)) == pytest.approx(cosines[0], abs=1e-3)
