import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table
from rich.text import Text

from bert_tf.terminal import TerminalConsole, accept_all_text, is_unicode, json_visible, visible

ESCAPES = "\x1b]0;title\x07\x1b[2Jred\x9b31m\x7f\u202egnp.exe\u2066\r"


def reaches(text: str) -> list[str]:
    """What a terminal obeys: Unicode's control characters, but for tab and newline, and marks of direction."""
    bidirectional = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    return [
        letter
        for letter in text
        if (unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") and letter not in "\n\t")
        or unicodedata.bidirectional(letter) in bidirectional
    ]


def test_steering_characters_are_written_out():
    assert visible("a\x1b[31mb\x07\x9b\x7f\u202e") == r"a\x1b[31mb\x07\x9b\x7f\u202e"
    assert visible("line\n\ttab, Übung, 中文, 👍🏽") == "line\n\ttab, Übung, 中文, 👍🏽"


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=())))
def test_no_text_steers(text):
    assert reaches(visible(text)) == []


@given(st.text(alphabet=st.one_of(st.characters(codec=None, exclude_categories=["Cs"]), st.sampled_from(ESCAPES))))
def test_json_stays_the_same_document(text):
    document = json_visible(json.dumps({"text": text}, ensure_ascii=False, indent=2))
    assert json.loads(document) == {"text": text}
    assert reaches(document) == []


@pytest.mark.parametrize("wrap", [str, Text, lambda text: Text(text, style="bold red")])
@pytest.mark.parametrize("markup", [True, False])
def test_nothing_that_rich_shows_steers(wrap, markup):
    written = io.StringIO()
    console = TerminalConsole(file=written, width=60, no_color=True, force_terminal=False, markup=markup)
    table = Table(title=wrap(ESCAPES), title_justify="left")
    table.add_column(wrap(ESCAPES))
    table.add_column("b")
    table.add_row(wrap(f"x{ESCAPES}y"), wrap("plain"))
    console.print(table)
    console.print(wrap(ESCAPES), soft_wrap=True)
    shown = written.getvalue()
    assert reaches(shown) == []
    assert r"\x1b" in shown
    edges = {len(line) for line in shown.splitlines() if line.startswith(("│", "┃"))}
    assert len(edges) == 1, shown  # written out before columns are laid out, so that they stay in line


def test_a_style_stays_on_what_is_written_out():
    written = io.StringIO()
    TerminalConsole(file=written, force_terminal=True, color_system="standard").print(
        Text.assemble("a", ("b\x1bc", "red"), "d")
    )
    assert written.getvalue() == "a\x1b[31mb\x1b[0m\x1b[31m\\x1b\x1b[0m\x1b[31mc\x1b[0md\n"


def test_names_between_colons_are_no_emoji():
    written = io.StringIO()
    TerminalConsole(file=written).print("a :heart: b")
    assert written.getvalue() == "a :heart: b\n"


@pytest.mark.parametrize(
    "encoding, written",
    [
        ("ascii", r"loss 0.1 - 3 x 2 -> \xdcbung \u4e2d\u6587 ..."),
        ("cp1252", "loss 0.1 · 3 × 2 -> Übung \\u4e2d\\u6587 …"),
        ("utf-8", "loss 0.1 · 3 × 2 → Übung 中文 …"),
    ],
)
def test_what_an_encoding_lacks_is_written_plainly(encoding, written):
    buffer = io.BytesIO()
    stream = io.TextIOWrapper(buffer, encoding=encoding)
    accept_all_text(stream)
    stream.write("loss 0.1 · 3 × 2 → Übung 中文 …")
    stream.flush()
    assert buffer.getvalue().decode(encoding) == written
    assert is_unicode(stream) == (encoding == "utf-8")


def test_a_stream_without_an_encoding_is_left_alone():
    accept_all_text(io.StringIO())
    assert is_unicode(io.StringIO())
