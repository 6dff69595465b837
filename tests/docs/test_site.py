"""The built site: no warning, nothing from the network, and a search that works when it is opened from disk."""

import html.parser
import json
import os
import pathlib
import shutil
import subprocess
import sys

import filelock
import pytest

from bert_tf.recipe.json_schema import recipe_json_schema
from bert_tf.tasks.recipes import RECIPES

ROOT = pathlib.Path(__file__).parents[2]
LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}


@pytest.fixture(scope="module")
def site(cache) -> pathlib.Path:
    """What `make docs` builds, once for all workers."""
    folder = cache.parent / "site"
    with filelock.FileLock(f"{folder}.lock"):
        if not (folder / "index.html").exists():
            build(folder)
    return folder


def build(folder):
    mkdocs = pathlib.Path(sys.executable).with_name("mkdocs")
    done = subprocess.run(
        [mkdocs, "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    if done.returncode or done.stderr:
        shutil.rmtree(folder, ignore_errors=True)
        raise AssertionError(done.stderr)


class _Loads(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attributes if LOADED.get(tag) == name]


def test_the_schema_is_the_package_s_and_the_hooks_stay_at_home(site):
    assert json.loads((site / "reference" / "recipe.schema.json").read_text()) == recipe_json_schema(RECIPES)
    assert not (site / "hooks.py").exists()


def test_nothing_is_loaded_from_elsewhere(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 20
    for path in pages:
        loads = _Loads()
        loads.feed(path.read_text(encoding="utf-8"))
        assert loads.addresses
        assert [address for address in loads.addresses if "//" in address] == [], path


def test_search_works_from_disk(site, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / "index.html").as_uri())
    # The theme reads the box on `keyup`, which `fill` never sends: its one look at focus can come before the text.
    page.get_by_role("textbox", name="Search").press_sequentially("micro_batch_size")
    found = page.locator(".md-search-result__link").first
    found.wait_for()
    assert "reference/recipe.html" in " ".join(
        link.get_attribute("href") or "" for link in page.locator(".md-search-result__link").all()
    )
    assert [url for url in asked if not url.startswith(("file://", "blob:", "data:"))] == []


def test_narrow_screens_need_no_sideways_scrolling(site, page):
    page.set_viewport_size({"width": 360, "height": 740})
    for name in ("index.html", "tutorial.html", "reference/recipe.html", "comparison.html"):
        page.goto((site / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
