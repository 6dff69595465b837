"""CSV and TSV: what the csv module writes is read back, and what is broken is told with its physical line."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.delimited import read_delimited
from bert_tf.data.rows import BadRow, Header, Item, Row
from bert_tf.errors import DataError


def read(content: bytes, delimiter: str = ",", columns: list[str] | None = None) -> list[Item]:
    return list(read_delimited(io.BytesIO(content), name="a.csv", delimiter=delimiter, columns=columns))


fields = st.text(st.characters(codec="utf-8"), max_size=20)


@given(
    rows=st.lists(st.tuples(fields, fields), max_size=10),
    delimiter=st.sampled_from([",", "\t", ";"]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_what_csv_writes_is_read_back(rows: list[tuple[str, str]], delimiter: str, ending: str) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL)
    writer.writerows([("text", "label"), *rows])
    header, *found = read(file.getvalue().encode(), delimiter)
    assert header == Header("a.csv", ("text", "label"))
    assert [tuple(row.values.values()) for row in found if isinstance(row, Row)] == rows


def test_lines_are_physical_also_behind_quoted_newlines() -> None:
    content = b'text,label\n"one\ntwo\nthree",a\n\nfour,b\nfive\n"six\nseven",c,d\neight,e\n'
    assert read(content)[1:] == [
        Row(2, {"text": "one\ntwo\nthree", "label": "a"}),
        Row(6, {"text": "four", "label": "b"}),
        BadRow(7, "number of fields", "1 fields where there are 2 columns"),
        BadRow(8, "number of fields", "3 fields where there are 2 columns"),
        Row(10, {"text": "eight", "label": "e"}),
    ]


def test_bytes_that_are_not_utf8_are_told_with_line_and_byte() -> None:
    content = b'text,label\n"one\ncaf\xe9",a\nfine,b\n'
    assert read(content)[1:] == [
        BadRow(3, "bad UTF-8", "not UTF-8: byte 4 of this line is 0xe9"),
        Row(4, {"text": "fine", "label": "b"}),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'"one"x,a\n', "text follows a closing quote; a quote inside a quoted field is written twice"),
        (b"one\rtwo,a\n", "a carriage return stands outside quotes"),
    ],
)
def test_reading_goes_on_after_a_broken_row(line: bytes, message: str) -> None:
    assert read(b"text,label\n" + line + b"fine,b\n")[1:] == [
        BadRow(2, "broken row", message),
        Row(3, {"text": "fine", "label": "b"}),
    ]


def test_a_quote_that_is_never_closed() -> None:
    assert read(b'text,label\nfine,a\n"one,b\ntwo,c\n')[-1] == BadRow(
        3, "broken row", "a quote that opens here is never closed"
    )


def test_a_quote_that_is_never_closed_does_not_swallow_a_large_file() -> None:
    found = read(b'text,label\n"one,a\n' + b"two,b\n" * 30_000)
    assert isinstance(found[1], BadRow)
    assert found[1].number == 2
    assert "131,072 characters" in found[1].message
    assert found[-1] == Row(30_002, {"text": "two", "label": "b"})


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert read(b"\xef\xbb\xbftext,label\na,b\n")[0] == Header("a.csv", ("text", "label"))


def test_columns_make_the_first_line_a_row() -> None:
    assert read(b"a\t1\n", "\t", ["text", "label"])[1:] == [Row(1, {"text": "a", "label": "1"})]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\n\r\n\n", "has only blank lines"),
        (b"text,label,text\na,b,c\n", "names a column twice: text"),
        (b"\xff\xfet\x00e\x00\n", "The header of a.csv can't be read: not UTF-8: byte 1 of this line is 0xff"),
    ],
)
def test_a_header_that_is_of_no_use(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(content)
