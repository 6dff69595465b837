import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.plugin_util import markdown_to_safe_html

from bert_tf.training.tensorboard.plain import escaped_markdown, escaped_stretch, one_line


@pytest.mark.parametrize(
    "text, line",
    [
        ("plain", "plain"),
        ("two\r\nlines\tand\x00more", "two lines and more"),
        (" \n ", "(empty)"),
        ("left \u202eto right", "left  to right"),
        ("half a pair \ud800", "half a pair"),
        ("Ünïcode 🙂 中文", "Ünïcode 🙂 中文"),
    ],
)
def test_one_line(text, line):
    assert one_line(text) == line
    assert one_line(text).encode()


def test_cut_to_a_length():
    assert one_line("123456", longest=5) == "1234…"
    assert one_line("12345", longest=5) == "12345"


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "**bold** _it_ `code`", "a | b", "[x](http://x.y)", "# title", "&amp; \\n", "1. x"],
)
def test_tensorboard_shows_a_text_as_it_is(text):
    assert shown(escaped_markdown(text)) == text


@given(st.text(min_size=1))
def test_tensorboard_shows_any_text_as_one_line(text):
    # HTML shows runs of spaces, also the wider ones, as it likes.
    assert shown(escaped_markdown(text)).split() == one_line(text).split()


def test_stretches_of_a_line_keep_what_is_between_them():
    stretches = ["a* ", "", " ", "b"]
    assert shown("".join(map(escaped_stretch, stretches))) == "a*  b"


def shown(markdown):
    """What a browser shows of a table's cell."""
    page = markdown_to_safe_html(f"head | other\n--- | ---\n{markdown} | x")
    (cell,) = re.findall(r"<tbody>\s*<tr>\s*<td>(.*?)</td>", page, re.DOTALL)
    assert "<" not in cell
    return html.unescape(cell)
