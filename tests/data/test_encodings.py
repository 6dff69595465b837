"""Encodings: what a file looks like, and text of any of them as UTF-8. Python's codecs are the yardstick."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.encodings import Utf8Stream, foreign_encoding, marked_encoding

SENTENCE = "Das Gerät läuft größtenteils schön und die Bedienung fällt überhaupt nicht schwer."
GERMAN = "text,label\n" + f"{SENTENCE},gut\n" * 20


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_byte_order_mark_tells(encoding):
    assert marked_encoding(GERMAN.encode(encoding)) == encoding


@pytest.mark.parametrize(
    "encoding, named",
    [("latin-1", "cp1252"), ("cp1252", "cp1252"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be")],
)
def test_german_of_old_programs_is_named(encoding, named):
    found = foreign_encoding(GERMAN.encode(encoding))
    assert found.encoding == named


@pytest.mark.parametrize(
    "text, encoding",
    [
        ("Schön und größer", "cp1252"),
        ("Très bon café, où est l’été", "cp1252"),
        ("naïve señor größer", "cp1252"),
        ("¿Qué tal? El niño está aquí", "cp1252"),
        ("Blåbærsyltetøy på brødskive", "cp1252"),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy, výrobek je velmi dobrý", "cp1250"),
        ("Zażółć gęślą jaźń, produkt bardzo dobry, świetna jakość", "cp1250"),
        ("Привет, мир, хорошая лампа", "cp1251"),
        ("这个产品很好，我很喜欢它。" * 5, "gb18030"),
    ],
)
def test_a_few_words_of_an_old_encoding(text, encoding):
    assert foreign_encoding(f"text,label\n{text},a\n".encode(encoding)).encoding == encoding


def test_where_it_was_seen():
    found = foreign_encoding(GERMAN.encode("cp1252"))
    assert (found.line, found.told) == (2, "is not UTF-8: byte 0xe4")


@pytest.mark.parametrize(
    "content",
    [
        GERMAN.encode(),
        b"text,label\nplain,a\n",
        GERMAN.encode() + b"one caf\xe9,gut\n",
        b"text,label\nplain,a\na br\xefken byte,b\n",
        b"text,label\n\xffplain,a\na br\xefken byte,b\n",
    ],
)
def test_utf8_with_damage_in_a_few_lines_is_utf8(content):
    assert foreign_encoding(content) is None


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=200),
    st.sampled_from(["utf-8", "utf-16", "utf-32", "utf-16-be", "gb18030"]),
    st.integers(1, 50),
)
def test_text_of_any_encoding_comes_as_utf8(text, encoding, size):
    content = io.BufferedReader(io.BytesIO(text.encode(encoding)), buffer_size=size)
    stream = io.BufferedReader(Utf8Stream(content, encoding=encoding, has_returns=False))
    assert stream.read().decode() == text


def test_carriage_returns_become_line_feeds():
    content = io.BufferedReader(io.BytesIO(b"a\rb\r"))
    assert io.BufferedReader(Utf8Stream(content, encoding="utf-8", has_returns=True)).read() == b"a\nb\n"


def test_a_byte_that_the_encoding_does_not_have_is_no_utf8():
    content = io.BufferedReader(io.BytesIO(b"a\xe4\x81b\n"))
    assert io.BufferedReader(Utf8Stream(content, encoding="cp1252", has_returns=False)).read() == b"a\xc3\xa4\x81b\n"
