"""Delimiters, quotes and lines above a header, from the beginnings of files as people have them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.file_format import AS_FOUND, FileFormat
from bert_tf.data.layout import DELIMITERS, find_layout, first_records, guess_delimiter
from bert_tf.errors import DataError


def layout_of(text, *, expected=",", file_format=AS_FOUND, wanted=()):
    return find_layout(text, name="a.csv", expected=expected, file_format=file_format, wanted=wanted)


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_delimiter_of_a_table(delimiter):
    rows = [["text", "label"], ["Gut, aber teuer; leider | ja", "1"], ["Schlecht", "0"]]
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    assert guess_delimiter(file.getvalue(), expected=",") == delimiter


@pytest.mark.parametrize(
    "text",
    [
        "nr;text;label\n1;Schön, gut, und billig;gut\n2;Nein, nie wieder;schlecht\n3;Geht so;mittel\n",
        "text;label\nEins, zwei;a\nDrei, vier;b\nFünf, sechs;a\n",
        "Umfrage\n\ntext;label\nEins, zwei;a\nDrei, vier;b\nFünf, sechs;a\n",
    ],
)
def test_commas_in_the_texts_of_a_file_with_semicolons(text):
    assert guess_delimiter(text, expected=",") == ";"


def test_the_suffix_decides_where_nothing_else_does():
    assert guess_delimiter("text\nonly one column\n", expected="\t") == "\t"


@given(st.text())
def test_any_text_has_a_layout(text):
    delimiter = guess_delimiter(text, expected=",")
    assert first_records(text, layout_of(text, file_format=FileFormat(delimiter=delimiter))) is not None


@pytest.mark.parametrize(
    "above, lines, delimiter",
    [
        ("sep=;\n", 1, ";"),
        ('"sep=|"\r\n', 1, "|"),
        ("SEP=\t\n", 1, "\t"),
        ("Survey of 2024\n", 1, ","),
        ("Survey of 2024\n\n", 2, ","),
        ("Survey of 2024,\nquestion 1,\n,\n", 3, ","),
        ('"A title\nof two lines"\n', 2, ","),
        ("", 0, ","),
        ("\n\n", 0, ","),
    ],
)
def test_lines_above_the_header_are_passed_over_and_told(above, lines, delimiter):
    layout = layout_of(above + delimiter.join(("text", "label")) + "\n" + f"one{delimiter}a\n" * 4)
    assert (layout.skip_lines, layout.delimiter) == (lines, delimiter)
    assert any("skipped" in remark for remark in layout.remarks) == bool(lines)


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("text\none,a\ntwo,b\nthree,c\n", ("text", "label")),
        (",text\n0,one\n1,two\n2,three\n", ()),
        ("text,label\none\ntwo\nthree,a\n", ()),
        ("text\none\ntwo\n", ()),
    ],
)
def test_a_header_is_no_title(text, wanted):
    assert layout_of(text, wanted=wanted).skip_lines == 0


def test_the_recipe_has_the_last_word():
    text = "sep=;\ntext,label\none,a\ntwo,b\n"
    layout = layout_of(text, file_format=FileFormat(delimiter=",", skip_lines=1, quote="none"))
    assert (layout.delimiter, layout.skip_lines, layout.quoting.mark, layout.remarks) == (",", 1, None, ())
    # Without a header, a first line that is a row is none to be passed over.
    assert layout_of("one\ntwo,b\nthree,c\n", file_format=FileFormat(columns=("x", "y"))).skip_lines == 0


def test_columns_that_another_delimiter_shows_are_told_with_the_key():
    with pytest.raises(
        DataError, match=r'The fields of a\.csv are delimited by semicolons(.|\n)*data\.delimiter = ";"'
    ):
        layout_of("nr;text;label\n1;one, two;a\n", wanted=("text", "label"))


def test_a_single_column_that_another_delimiter_shows_is_told_too():
    """`score` wants a text only; the header was taken for a title, and the first row for the header."""
    text = "Text;Wert\nOne, two;3\nThree, four;5\n"
    with pytest.raises(DataError, match=r'delimited by semicolons(.|\n)*take --delimiter ";"'):
        layout_of(text, wanted=("Text",))
    assert layout_of("Text\nOne | Text | two\n", wanted=("Text",)).delimiter == ","
    assert layout_of("Text,Wert\nOne; Text; two,3\n", wanted=("Text",)).delimiter == ","
