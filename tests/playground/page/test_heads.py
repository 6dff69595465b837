"""The page of a model with several heads, in a real browser: one head at a time."""

import httpx
import pytest
from playwright.sync_api import expect

TEXT = "a fine day out"


@pytest.fixture(scope="module")
def url(served_run):
    with served_run("multitask") as address:
        yield address


def figures(url, head):
    """What the server says of the text, by the head's own names."""
    return httpx.post(f"{url}api/answers?head={head}", json={"texts": [TEXT]}, timeout=600).json()


def test_a_link_for_each_head_takes_the_text_along(page, url, answer):
    page.goto(url)
    links = page.locator("#heads a")
    expect(links).to_have_text(["mood", "stars", "tones"])
    expect(page.locator("#heads [aria-current=page]")).to_have_text("mood")
    expect(page.locator("#described")).to_contain_text("2 labels")
    answer(page, TEXT)
    shares = figures(url, "mood")["probabilities"][0]
    expect(page.locator(".bar")).to_have_count(2)
    # Of the text of unknown words, which the words' scores count from.
    expect(page.locator("#method")).to_contain_text("the log-odds of")
    expect(page.locator("#method")).not_to_contain_text("undefined")
    expect(page.locator("#method")).not_to_contain_text("NaN")
    assert sum(shares) == pytest.approx(1, abs=1e-5)

    links.get_by_text("stars").click()
    expect(page.locator("#heads [aria-current=page]")).to_have_text("stars")
    expect(page.locator("#described")).to_contain_text("a number")
    expect(page.locator("#text")).to_have_value(TEXT)
    digits = httpx.get(f"{url}api/model?head=stars").json()["decimals"]
    expect(page.locator("#verdict")).to_have_text(f"{round(figures(url, 'stars')['value'][0], digits):g}")
    expect(page.locator("#for-title")).to_have_text("For a larger number")

    links.get_by_text("tones").click()
    expect(page.locator("#described")).to_contain_text("4 labels")
    expect(page.locator("#text")).to_have_value(TEXT)
    expect(page.locator(".bar .threshold")).to_have_count(4)


def test_many_texts_are_of_the_head(page, url, many):
    page.goto(f"{url}?head=stars")
    expect(page.locator("#described")).to_contain_text("a number")
    many(page, f"{TEXT}\nanother")
    expect(page.locator("#table tbody tr")).to_have_count(2)
    expect(page.locator("#table-title")).to_have_text("Numbers")


def test_a_head_that_there_is_not(page, url):
    page.goto(f"{url}?head=colour")
    expect(page.locator("#problem")).to_have_text("The model has no head 'colour'.")


def test_a_model_of_one_task_has_no_links(opened):
    expect(opened.locator("#heads")).to_be_hidden()
