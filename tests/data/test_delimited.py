"""CSV and TSV: what the csv module writes is read back, and what is broken is told with its physical line."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.delimited import read_delimited
from bert_tf.data.layout import Layout
from bert_tf.data.lines import NumberedLines
from bert_tf.data.records import Quoting
from bert_tf.data.row_blocks import row_by_row
from bert_tf.data.rows import BadRow, Header, Item, Row
from bert_tf.errors import DataError

LIMIT = 1 << 20


def read(content: bytes, delimiter: str = ",", columns: list[str] | None = None, limit: int = LIMIT) -> list[Item]:
    lines = NumberedLines(io.BufferedReader(io.BytesIO(content)), limit=limit)
    items = read_delimited(lines, name="a.csv", layout=Layout(delimiter), columns=columns, max_row_bytes=limit)
    return list(row_by_row(items))


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
        Row(2, {"text": "one\ntwo\nthree", "label": "a"}, 3),
        Row(6, {"text": "four", "label": "b"}),
        BadRow(7, "number of fields", "1 field instead of 2"),
        BadRow(8, "broken row", "3 fields instead of 2; lines 8 to 9 are dropped", 2),
        Row(10, {"text": "eight", "label": "e"}),
    ]


def test_bytes_that_are_not_utf8_are_told_with_line_and_byte() -> None:
    content = b'text,label\n"one\ncaf\xe9",a\nfine,b\n'
    assert read(content)[1:] == [
        BadRow(2, "bad UTF-8", "not UTF-8: byte 4 of line 3 is 0xe9", 2),
        Row(4, {"text": "fine", "label": "b"}),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'"one"x,a\n', "text follows a closing quote; double a quote inside a quoted field"),
        (b"one\rtwo,a\n", "a carriage return outside quotes"),
    ],
)
def test_reading_goes_on_after_a_broken_row(line: bytes, message: str) -> None:
    assert read(b"text,label\n" + line + b"fine,b\n")[1:] == [
        BadRow(2, "broken row", message),
        Row(3, {"text": "fine", "label": "b"}),
    ]


def test_a_quote_that_is_never_closed_takes_no_row_with_it() -> None:
    assert read(b'text,label\nfine,a\n"one,b\ntwo,c\n')[2:] == [
        BadRow(3, "broken row", "a quote that opens here is never closed"),
        Row(4, {"text": "two", "label": "c"}),
    ]


def test_a_quote_that_is_never_closed_does_not_swallow_a_large_file() -> None:
    found = read(b'text,label\n"one,a\n' + b"two,b\n" * 30_000, limit=100_000)
    assert isinstance(found[1], BadRow)
    assert found[1].number == 2
    assert "longer than 100,000 bytes (data.max_row_bytes)" in found[1].message
    assert [item for item in found[2:] if isinstance(item, Row)] == [
        Row(number, {"text": "two", "label": "b"}) for number in range(3, 30_003)
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert read(b"\xef\xbb\xbftext,label\na,b\n")[0] == Header("a.csv", ("text", "label"))


def test_columns_make_the_first_line_a_row() -> None:
    assert read(b"a\t1\n", "\t", ["text", "label"])[1:] == [Row(1, {"text": "a", "label": "1"})]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\n\r\n\n", "has only blank lines"),
        (b"\xff\xfet\x00e\x00\n", "The header of a.csv can't be read: not UTF-8: byte 1 of this line is 0xff"),
    ],
)
def test_a_header_that_is_of_no_use(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(content)


def test_a_broken_record_is_dropped_whole() -> None:
    content = (
        b'text,label\n"good, one",a\n"she said "no" to me\nthen, twice\nand left",b\n'
        b'fine,c\n"it is 5" wide",d\n"good, two",e\n'
    )
    assert [(item.number, item.lines) for item in read(content) if isinstance(item, BadRow)] == [(3, 3), (7, 1)]
    rows = [tuple(item.values.values()) for item in read(content) if isinstance(item, Row)]
    assert rows == [("good, one", "a"), ("fine", "c"), ("good, two", "e")]


def test_a_whole_record_behind_one_that_was_never_closed_is_kept() -> None:
    found = read(b'text,label\n"one,a\n"two, three",b\nfour,c\n')
    assert [tuple(item.values.values()) for item in found if isinstance(item, Row)] == [
        ("two, three", "b"),
        ("four", "c"),
    ]
    assert [item.number for item in found if isinstance(item, BadRow)] == [2]


def test_a_cell_may_be_longer_than_the_csv_module_allows() -> None:
    cell = "clause, annex\n" * 20_000
    found = read(f'text,label\n"{cell}",a\nshort,b\n'.encode())
    assert found[1] == Row(2, {"text": cell, "label": "a"}, 20_001)
    assert found[2] == Row(20_003, {"text": "short", "label": "b"})


def test_a_line_over_the_limit_is_one_bad_row() -> None:
    found = read(b"text,label\n" + b"x" * 5000 + b",a\nfine,b\n", limit=1000)
    assert found[1:] == [
        BadRow(2, "long row", "longer than 1,000 bytes; data.max_row_bytes allows more"),
        Row(3, {"text": "fine", "label": "b"}),
    ]


def test_columns_without_a_name_get_one_and_may_be_missing() -> None:
    content = b",text,label,,column1\n0,x,a,,9\n1,y,b,,9,,\n"
    assert read(content)[0] == Header("a.csv", ("column1_", "text", "label", "column4", "column1"))
    assert [item.values["text"] for item in read(content)[1:] if isinstance(item, Row)] == ["x", "y"]
    assert read(b"text,label,,\nx,a\ny,b,,\n")[1:] == [
        Row(2, {"text": "x", "label": "a", "column3": None, "column4": None}),
        Row(3, {"text": "y", "label": "b", "column3": "", "column4": ""}),
    ]


@given(st.text(st.sampled_from('a",\n'), max_size=60))
def test_every_line_is_in_a_row_or_told(text: str) -> None:
    content = f"text,label\n{text}\n"
    found = [item for item in read(content.encode()) if isinstance(item, Row | BadRow)]
    covered = [line for item in found for line in range(item.number, item.number + item.lines)]
    lines = content.split("\n")
    assert sorted(covered) == covered
    assert len(set(covered)) == len(covered)
    left_out = set(range(2, len(lines))) - set(covered)
    assert all(not lines[number - 1] for number in left_out)


def test_a_header_that_comes_again_is_no_row() -> None:
    assert read(b"text,label\none,a\ntext,label\ntext,b\n")[1:] == [
        Row(2, {"text": "one", "label": "a"}),
        BadRow(3, "repeated header", "the header again"),
        Row(4, {"text": "text", "label": "b"}),
    ]
    # Where the recipe names the columns, or there is only one, it is as good as any other row.
    assert len(read(b"text,label\ntext,label\n", columns=["text", "label"])) == 3
    assert isinstance(read(b"text\none\ntext\n")[2], Row)


def test_spaces_before_fields_and_their_quotes_are_skipped() -> None:
    content = b'label, text\ngood, "one, two"\nbad,   three \ngood, "four\nfive"\nbad, "broken\ngood, "six"\n'
    layout = Layout(",", Quoting(follows_spaces=True))
    lines = NumberedLines(io.BufferedReader(io.BytesIO(content)), limit=LIMIT)
    _, *found = row_by_row(read_delimited(lines, name="a.csv", layout=layout, max_row_bytes=LIMIT))
    assert found == [
        Row(2, {"label": "good", "text": "one, two"}),
        Row(3, {"label": "bad", "text": "three "}),
        Row(4, {"label": "good", "text": "four\nfive"}, 2),
        BadRow(6, "broken row", "text follows a closing quote; double a quote inside a quoted field"),
        Row(7, {"label": "good", "text": "six"}),
    ]
