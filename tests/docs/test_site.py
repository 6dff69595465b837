"""The built site: no warning, nothing from the network, and a search that works when it is opened from disk."""

import html.parser
import json
import os
import pathlib
import subprocess
import sys

import pytest

from bert_tf.recipe.json_schema import recipe_json_schema
from bert_tf.tasks.recipes import RECIPES

ROOT = pathlib.Path(__file__).parents[2]
LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("site")
    mkdocs = pathlib.Path(sys.executable).with_name("mkdocs")
    done = subprocess.run(
        [mkdocs, "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return folder


class _Loads(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attributes if LOADED.get(tag) == name]


def test_the_site(site, page):
    """One test for all of it: each worker that ran a part would build the site for itself."""
    nothing_is_loaded_from_elsewhere(site)
    assert json.loads((site / "reference" / "recipe.schema.json").read_text()) == recipe_json_schema(RECIPES)
    assert not (site / "hooks.py").exists()
    search_works_from_disk(site, page)
    narrow_screens_need_no_sideways_scrolling(site, page)


def nothing_is_loaded_from_elsewhere(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 20
    for path in pages:
        loads = _Loads()
        loads.feed(path.read_text(encoding="utf-8"))
        assert loads.addresses
        assert [address for address in loads.addresses if "//" in address] == [], path


def search_works_from_disk(site, page):
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


def narrow_screens_need_no_sideways_scrolling(site, page):
    page.set_viewport_size({"width": 360, "height": 740})
    for name in ("index.html", "tutorial.html", "reference/recipe.html", "comparison.html"):
        page.goto((site / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
