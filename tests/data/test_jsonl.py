"""JSON lines: objects become rows, everything else says what it is."""

import io
import json

from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.jsonl import read_jsonl
from bert_tf.data.rows import BadRow, Header, Item, Row


def read(content: bytes) -> list[Item]:
    return list(read_jsonl(io.BytesIO(content), name="a.jsonl"))


@given(st.lists(st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.booleans()), max_size=10))
def test_what_json_writes_is_read_back(rows: list[dict[str, object]]) -> None:
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    assert [row.values for row in read(content) if isinstance(row, Row)] == rows


def test_each_broken_line_is_told_and_blank_ones_are_passed_over() -> None:
    content = b'\xef\xbb\xbf{"text": "a", "label": 1}\r\n\n[1]\n{"text": }\n{"text": "caf\xe9"}\n{"label": 2}'
    assert read(content) == [
        Header("a.jsonl", ("text", "label")),
        Row(1, {"text": "a", "label": 1}),
        BadRow(3, "bad JSON", "not an object in braces, but list"),
        BadRow(4, "bad JSON", "not JSON: Expecting value at character 10"),
        BadRow(5, "bad UTF-8", "not UTF-8: byte 14 of this line is 0xe9"),
        Row(6, {"label": 2}),
    ]


def test_nesting_without_end() -> None:
    assert read(b"[" * 200_000) == [BadRow(1, "bad JSON", "nested too deeply")]


def test_a_column_may_begin_after_the_first_row() -> None:
    assert read(b'{"text": "a"}\n{"label": "x"}\n')[0] == Header("a.jsonl", ("text", "label"))
