"""Quotes that enclose and quotes that are letters; what is right is written beside each file, by hand."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.quoting import find_quoting

ROWS = "".join(f"row {number}\tgood\n" for number in range(10))


def mark_of(text, delimiter="\t", quote="auto"):
    return find_quoting(text, delimiter=delimiter, quote=quote).quoting.mark


@pytest.mark.parametrize(
    "text",
    [
        ROWS,
        f'{ROWS}"Never again is what i said\tbad\n{ROWS}a screen of 5"\tgood\n',
        f'{ROWS}"Great" is what i said\tbad\n"Bad"\tbad\n{ROWS}',
        f'{ROWS}"Never again, she said"\tbad\n"I won\'t\tgood\n{ROWS}',
        # A broken line among those that a pair of lone quotes would swallow.
        f'{ROWS}"Never again\tbad\n{ROWS}broken\n{ROWS}a screen of 5"\tgood\n',
    ],
)
def test_quotes_between_tabs_are_letters(text):
    assert mark_of("text\tlabel\n" + text) is None


@pytest.mark.parametrize(
    "text",
    [
        'text\tlabel\n"one"\tgood\n"two"\tbad\n"three"\tbad\n',
        'text\tlabel\nplain\tgood\n"she said ""no"""\tbad\n',
        f'text\tlabel\n{ROWS}"a text\nof two lines"\tbad\n',
        f'text\tlabel\n{ROWS}"a tab\tinside"\tbad\n',
    ],
)
def test_a_file_between_tabs_shows_that_its_fields_are_quoted(text):
    assert mark_of(text) == '"'


@given(
    rows=st.lists(st.tuples(st.text("ab \"',\n\t", max_size=6), st.sampled_from("xy")), min_size=2, max_size=20),
    delimiter=st.sampled_from("\t|"),
)
def test_what_csv_writes_with_all_fields_quoted_is_quoted(rows, delimiter):
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows(
        [("text", "label"), *((text.replace("\n", " ").replace("\t", " "), label) for text, label in rows)]
    )
    assert mark_of(file.getvalue(), delimiter) == '"'


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_quotes_between_commas_enclose(delimiter):
    assert mark_of(f'text{delimiter}label\n"one{delimiter}b\n5"{delimiter}c\n', delimiter) == '"'


def test_the_recipe_decides():
    assert mark_of('text,label\n"one",a\n', ",", quote="none") is None
    assert mark_of(f'text\tlabel\n"Never\tbad\n{ROWS}5"\tgood\n', quote='"') == '"'
    assert mark_of("text\tlabel\n'one\ttwo'\ta\n", quote="'") == "'"


def test_quotes_behind_backslashes_are_read_and_told():
    found = find_quoting('text,label\n"she said \\"no, never\\"",a\n"fine",b\n', delimiter=",", quote="auto")
    assert found.quoting.is_escaped
    assert found.remark is not None
    plain = find_quoting('text,label\n"C:\\",a\n"fine",b\n', delimiter=",", quote="auto")
    assert not plain.quoting.is_escaped


@pytest.mark.parametrize(
    "text",
    [
        # A comma in the quotes: three fields unless the quote behind the space opens one.
        'label, text\ngood, "one, two"\nbad, "three, four"\ngood, five\n',
        # No comma in them, but half of the records have them.
        'label, text\ngood, "one"\nbad, "three"\ngood, five\n',
    ],
)
def test_quotes_behind_spaces_enclose_and_that_is_told(text):
    found = find_quoting(text, delimiter=",", quote="auto")
    assert found.quoting.follows_spaces
    assert "spaces before fields" in found.remark


@pytest.mark.parametrize(
    "text",
    [
        'text,label\n"he said, ""no"", twice",good\n"fine",bad\n',
        'text,label\n"one, ""two""",good\nthree,bad\nfour,bad\n',
        "text, label\none, good\ntwo, bad\n",
    ],
)
def test_spaces_and_quotes_within_fields_stay(text):
    assert not find_quoting(text, delimiter=",", quote="auto").quoting.follows_spaces
