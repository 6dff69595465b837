import base64
import hashlib
import re

import pytest

from bert_tf.report.page import render_page
from bert_tf.report.run_page import run_page
from bert_tf.tasks.classify.comparison import WORDS
from bert_tf.tasks.classify.report import ClassifyReport

LETTERS = {"background", "surface"}


def test_the_policy_names_the_script_and_nothing_else(contents, drawn):
    page = run_page(contents(drawn()), ClassifyReport(), WORDS)
    scripts = re.findall(r'<script type="module">(.*?)</script>', page, flags=re.DOTALL)
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'"


def test_a_missing_value_is_an_error_and_not_a_gap():
    import jinja2

    with pytest.raises(jinja2.UndefinedError):
        render_page("report.html.j2")


def _luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", [0, 1])
def test_every_colour_is_read_on_either_background(scheme):
    page = render_page_style()
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", re.findall(r":root \{(.*?)\}", page, re.DOTALL)[scheme]))
    texts = [name for name in colours if name not in LETTERS | {"line"}]
    assert len(texts) > 10
    for background in sorted(LETTERS):
        for name in texts:
            bright, dark = sorted((_luminance(colours[name]), _luminance(colours[background])), reverse=True)
            assert (bright + 0.05) / (dark + 0.05) >= 4.5, (name, background)


def render_page_style() -> str:
    import importlib.resources

    return (importlib.resources.files("bert_tf.report") / "templates" / "style.css").read_text()
