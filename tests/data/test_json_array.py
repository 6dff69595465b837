"""Arrays of objects, however they are broken into lines."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data import json_array
from bert_tf.data.json_array import read_json_array
from bert_tf.data.lines import NumberedLines
from bert_tf.data.row_blocks import RowBlock, row_by_row
from bert_tf.data.rows import BadRow, Header, Item, Row
from bert_tf.errors import DataError

OBJECTS = st.lists(
    st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.lists(st.booleans())), max_size=8
)


def read(content: bytes, limit: int = 1 << 20) -> list[Item]:
    lines = NumberedLines(io.BufferedReader(io.BytesIO(content)), limit=1 << 20)
    return list(row_by_row(read_json_array(lines, name="a.json", max_row_bytes=limit)))


@given(OBJECTS, st.sampled_from([None, 0, 2]))
def test_what_json_writes_is_read_back(rows: list[dict[str, object]], indent: int | None) -> None:
    content = json.dumps(rows, indent=indent).encode()
    assert [row.values for row in read(content) if isinstance(row, Row)] == rows


@given(OBJECTS)
def test_rows_are_numbered_by_their_first_line(rows: list[dict[str, object]]) -> None:
    lines = json.dumps(rows, indent=1).splitlines()
    # In this form each object begins in a line that a space and a brace begin.
    begun = [number for number, line in enumerate(lines, start=1) if line.startswith(" {")]
    assert [row.number for row in read("\n".join(lines).encode()) if isinstance(row, Row)] == begun


def test_objects_that_share_lines() -> None:
    assert read(b'\xef\xbb\xbf[{"a": 1}, {"a":\n2}, {"b": 3}\n,\n{"a": 4}]\n') == [
        Header("a.json", ("a", "b")),
        Row(1, {"a": 1}),
        Row(1, {"a": 2}),
        Row(2, {"b": 3}),
        Row(4, {"a": 4}),
    ]


def test_what_is_no_object_is_a_bad_row() -> None:
    assert read(b'[{"a": 1},\n2,\n[]]') == [
        Header("a.json", ("a",)),
        Row(1, {"a": 1}),
        BadRow(2, "bad JSON", "not an object in braces but int"),
        BadRow(3, "bad JSON", "not an object in braces but list"),
    ]


def test_no_objects() -> None:
    assert read(b"[ ]\n") == [Header("a.json", ())]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'[{"a": 1},\n{"a": }]', "no JSON array: Expecting value(.|\n)*a.json:2"),
        (b'[{"a": 1},\n{"a": 2}', "ends before its last bracket"),
        (b'[{"a": 1},\n{"a":\n', "ends before its last bracket(.|\n)*a.json:2"),
        (b'[{"a": 1}] {"a": 2}', "goes on behind its end"),
        (b'[{"a": "x\ny"}]', "no JSON array: Invalid control character"),
        (b'[{"a": "\xff"}]', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'[{"a": ' + b"1" * 5000 + b"}]", "too long a number"),
    ],
)
def test_what_is_broken_is_told_with_its_line(content: bytes, told: str) -> None:
    with pytest.raises(DataError, match=told):
        read(content)


def test_an_object_of_many_lines_is_bounded() -> None:
    with pytest.raises(DataError, match=r"an object longer than 100 bytes(.|\n)*a.json:2(.|\n)*max_row_bytes"):
        read(b'[{"a": 1},\n{"a": [\n' + b"1,\n" * 200, limit=100)


@given(
    st.lists(st.sampled_from([1, -2.5, "x", "", True, None, [], {}, {}, {"a": 1}]), max_size=300),
    st.integers(1, 4),
    st.integers(1, 9),
)
def test_values_that_are_no_objects_are_told_each(values: list[object], least: int, most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_array, "_LEAST_VALUES", least)
        patch.setattr(json_array, "_MOST_VALUES", max(least, most))
        _, *rows = read(json.dumps(values, indent=0).encode())
    # indent writes each of these values in a line of its own, but objects that aren't empty in three.
    number, expected = 2, []
    for value in values:
        told = f"not an object in braces but {type(value).__name__}"
        expected.append(Row(number, value) if isinstance(value, dict) else BadRow(number, "bad JSON", told))
        number += 3 if value == {"a": 1} else 1
    assert rows == expected


def test_many_of_them_come_in_blocks() -> None:
    lines = NumberedLines(io.BufferedReader(io.BytesIO(b"[" + b"1,{}," * 5000 + b"1]")), limit=1 << 20)
    blocks = [item for item in read_json_array(lines, name="a", max_row_bytes=1 << 20) if isinstance(item, RowBlock)]
    assert sum(map(len, blocks)) == 10_001 - 100


def test_texts_before_objects_are_rows_among_many_others() -> None:
    """As spaCy 2 writes examples, and NER Annotator, which leaves null for a text that was passed over."""
    values = [["Ada", {"entities": []}], None, ["a", "b"]] * 200
    rows = read(json.dumps(values).encode())[1:]
    assert [type(row) for row in rows] == [Row, BadRow, BadRow] * 200
    assert rows[-3].values == {"text": "Ada", "entities": []}
