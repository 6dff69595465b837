"""The page in a browser, and what one does with it."""

import contextlib
import pathlib
import re
import sys
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from bert_tf.playground.subject import load_subject, warm_up
from bert_tf.runs.run import RunFolder
from bert_tf.workflow.source import find_source

# The tests are imported by path; the runs of all tasks are those that conformance looks at.
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tasks"))


@pytest.fixture(scope="session")
def specimen_run(cache: pathlib.Path, one_layer: pathlib.Path) -> Callable[[str], RunFolder]:
    """The run of a task's specimen, by the name of the task."""
    from conformance import finish

    return lambda task: finish(task, cache=cache, encoder=str(one_layer)).run


@pytest.fixture(scope="session")
def served_run(specimen_run: Callable[[str], RunFolder], serving: Callable) -> Callable:
    """Serve the page of such a run and give its address."""

    @contextlib.contextmanager
    def served(task: str) -> Iterator[str]:
        subject = load_subject(find_source(specimen_run(task).path))
        warm_up(subject)
        with serving(subject) as address:
            yield address

    return served


@pytest.fixture
def visit(page: Page) -> Callable[[Page, str], Page]:
    """Open the page at an address; it is back when it knows its model."""

    def visited(page: Page, url: str) -> Page:
        page.goto(url)
        expect(page.locator("#described")).to_contain_text("label")
        return page

    return visited


@pytest.fixture
def opened(page: Page, run_url: str, visit: Callable[[Page, str], Page]) -> Page:
    """The page of a run, before anything is typed."""
    return visit(page, run_url)


@pytest.fixture
def answer() -> Callable[[Page, str], None]:
    """Type a text and wait for its words."""

    def answered(page: Page, text: str) -> None:
        page.fill("#text", text)
        expect(page.locator("#marked")).to_have_text(text)
        expect(page.locator("#marked")).not_to_have_class(re.compile("waiting"))

    return answered


@pytest.fixture
def many() -> Callable[[Page, str], None]:
    """Paste a list and wait for its answers."""

    def labelled(page: Page, lines: str) -> None:
        page.click("#tab-many")
        page.fill("#lines", lines)
        page.click("#start")
        expect(page.locator("#start")).to_be_enabled()

    return labelled


@pytest.fixture
def expected(run_url: str) -> Callable[[str], dict[str, float]]:
    """What the server answers to a text: the probability of each label."""
    labels = httpx.get(f"{run_url}api/model", timeout=600).json()["labels"]

    def asked(text: str) -> dict[str, float]:
        found = httpx.post(f"{run_url}api/answers", json={"texts": [text]}, timeout=600).json()
        return dict(zip(labels, found["probabilities"][0], strict=True))

    return asked
