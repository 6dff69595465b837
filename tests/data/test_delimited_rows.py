"""Rows of many lines at once are those of each line, and those that Python's csv module reads."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_tf.data import delimited_rows, lines, plain_records, records
from bert_tf.data.delimited import read_delimited
from bert_tf.data.layout import Layout
from bert_tf.data.lines import NumberedLines
from bert_tf.data.records import Quoting
from bert_tf.data.row_blocks import RowBlock, row_by_row
from bert_tf.data.rows import BadRow, Item, Row

NO_BLOCKS = 1 << 30
QUOTED = ['"', '"x"', ',"', '",', '\n"', '"\n', '"a"b', 'x"y']
BROKEN = ['x"y,"a"b\n', '"a"b,c\n', '"a"b",c\n', '"a\nb"c,d\n', '"a\nb",c,d\n', '"a"b"\n', 'x"y,"a"b,c"\n"a"b,c\n']
PLAIN = ["x", "yz", "ä", " ", "\t", "\u00a0", ",", ",", ",", "\n", "\n", "\r\n", "text", "text,label"]


def read(
    content: bytes, *, least: int, chunk: int = 1 << 18, wanted: Sequence[str] | None = None, quoting: Quoting
) -> tuple[list[Item], int]:
    """All items, and how many rows came in blocks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited_rows, "_LEAST_LINES", least)
        patch.setattr(lines, "_CHUNK", chunk)
        found = NumberedLines(io.BufferedReader(io.BytesIO(content)), limit=40)
        layout = Layout(",", quoting)
        items = list(read_delimited(found, name="a", layout=layout, wanted=wanted, max_row_bytes=40))
    return list(row_by_row(items)), sum(len(item) for item in items if isinstance(item, RowBlock))


@given(
    header=st.sampled_from(["text,label", "text", "text,label,", "text,,label", '"text",label,"more"']),
    body=st.lists(st.sampled_from([*PLAIN, *QUOTED, "\r", "x" * 41]) | st.just(b"\xff"), max_size=50),
    chunk=st.integers(1, 60),
    wanted=st.sampled_from([None, ("label", "text"), ("absent",)]),
    mark=st.sampled_from(['"', None]),
)
@settings(max_examples=200)
def test_a_block_has_the_rows_that_its_lines_have_one_by_one(
    header: str, body: list[str | bytes], chunk: int, wanted: Sequence[str] | None, mark: str | None
) -> None:
    parts = [part if isinstance(part, bytes) else part.encode() for part in [header, "\n", *body]]
    content, quoting = b"".join(parts), Quoting(mark)
    in_blocks, _ = read(content, least=1, chunk=chunk, wanted=wanted, quoting=quoting)
    one_by_one, none = read(content, least=NO_BLOCKS, wanted=wanted, quoting=quoting)
    assert in_blocks == one_by_one
    assert none == 0


@given(
    body=st.lists(st.sampled_from([*PLAIN, *QUOTED, *QUOTED, " ", "\\"]), max_size=60),
    tail=st.integers(1, 4),
    most=st.integers(1, 8),
    is_escaped=st.booleans(),
    follows_spaces=st.booleans(),
)
@settings(max_examples=400)
def test_broken_records_of_a_block_drop_the_lines_that_they_drop_one_by_one(
    body: list[str], tail: int, most: int, *, is_escaped: bool, follows_spaces: bool
) -> None:
    content, quoting = "".join(["text,label\n", *body]).encode(), Quoting('"', is_escaped, follows_spaces)
    with pytest.MonkeyPatch.context() as patch:
        for module in (records, plain_records, delimited_rows):
            patch.setattr(module, "LONGEST_TAIL", tail)
        patch.setattr(plain_records, "_MOST_LINES", most)
        in_blocks, _ = read(content, least=1, quoting=quoting)
        one_by_one, _ = read(content, least=NO_BLOCKS, quoting=quoting)
    assert in_blocks == one_by_one


@pytest.mark.parametrize("line", BROKEN)
def test_all_broken_records_but_the_last_come_in_blocks(line: str) -> None:
    content = f"text,label\n{line * 8000}".encode()
    found, in_blocks = read(content, least=64, chunk=1 << 16, quoting=Quoting())
    assert found == read(content, least=NO_BLOCKS, quoting=Quoting())[0]
    assert in_blocks > 0.7 * len(found)


@given(rows=st.lists(st.tuples(st.text("ab ä;\t", max_size=4), st.text("ab ä;\t", max_size=4)), min_size=64))
def test_a_block_has_the_rows_of_the_csv_module(rows: list[tuple[str, str]]) -> None:
    text = "text,label\nx,y\n" + "".join(f"{one},{two}\n" for one, two in rows)
    found, in_blocks = read(text.encode(), least=64, quoting=Quoting())
    assert in_blocks == len(rows) + 1
    expected = list(csv.DictReader(io.StringIO(text)))
    assert [item.values for item in found if isinstance(item, Row)] == expected


def test_bad_rows_of_a_block_say_what_a_bad_row_says() -> None:
    body = ["x,y", "x", "", "x,y,z", "text,label", "x,y, \u00a0,\t"]
    found, in_blocks = read("\n".join(["text,label", *body]).encode(), least=1, quoting=Quoting())
    assert in_blocks == 5
    assert found[1:] == [
        Row(2, {"text": "x", "label": "y"}),
        BadRow(3, "number of fields", "1 field instead of 2"),
        BadRow(5, "number of fields", "3 fields instead of 2"),
        BadRow(6, "repeated header", "the header again"),
        Row(7, {"text": "x", "label": "y"}),
    ]
