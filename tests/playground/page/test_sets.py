"""The page of a model that gives sets of labels, in a real browser."""

import httpx
import pytest
from playwright.sync_api import expect

TEXT = "the best cast in years"


@pytest.fixture(scope="module")
def url(served_run):
    with served_run("multilabel") as address:
        yield address


def test_labels_that_reach_their_threshold(page, url):
    page.goto(url)
    page.locator("#text").fill(TEXT)
    (probabilities,) = httpx.post(f"{url}api/answers", json={"texts": [TEXT]}, timeout=600).json()["probabilities"]
    facts = httpx.get(f"{url}api/model", timeout=600).json()
    reached = zip(facts["labels"], probabilities, facts["thresholds"], strict=True)
    shown = ", ".join(f"{name} {share:.4f}" for name, share, least in reached if share >= least)
    expect(page.locator("#verdict")).to_have_text(shown or "No label reaches its threshold.")
    expect(page.locator(".bar .threshold")).to_have_count(4)
