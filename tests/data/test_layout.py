import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.layout import DELIMITERS, guess_layout


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_delimiter_of_a_table(delimiter):
    rows = [["text", "label"], ["Gut, aber teuer; leider | ja", "1"], ["Schlecht", "0"]]
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    layout = guess_layout(file.getvalue(), expected=",")
    assert (layout.delimiter, layout.columns) == (delimiter, None)


def test_commas_in_the_texts_of_a_file_with_semicolons():
    text = "nr;text;label\n1;Schön, gut, und billig;gut\n2;Nein, nie wieder;schlecht\n3;Geht so;mittel\n"
    assert guess_layout(text, expected=",").delimiter == ";"


def test_the_suffix_decides_where_nothing_else_does():
    assert guess_layout("text\nonly one column\n", expected="\t").delimiter == "\t"


def test_a_line_break_in_quotes_is_no_row():
    layout = guess_layout('text,label\n"one\ntwo, three",a\nfour,b\n', expected=",")
    assert (layout.delimiter, layout.columns) == (",", None)


@pytest.mark.parametrize(
    "text",
    [
        "great film,positive\nbad film,negative\nfine,positive\n",
        "1,great film\n0,bad film\n",
        "A text that is much longer than the name of a column would be,a\nAnother one,b\n",
        ",a\nsome text,b\n",
    ],
)
def test_a_first_line_that_is_a_row(text):
    assert guess_layout(text, expected=",").columns == ("column1", "column2")


def test_nothing_but_a_header_names_columns():
    assert guess_layout("text,label\n", expected=",").columns is None


@given(st.text())
def test_any_text_has_a_layout(text):
    assert guess_layout(text, expected=",").delimiter in DELIMITERS
