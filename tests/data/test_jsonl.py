"""JSON lines: objects become rows, everything else says what it is."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data import jsonl
from bert_tf.data.jsonl import check_is_lines, read_jsonl, read_jsonl_blocks
from bert_tf.data.lines import NumberedLines
from bert_tf.data.row_blocks import row_by_row
from bert_tf.data.rows import BadRow, Header, Item, Row
from bert_tf.errors import DataError


def numbered(content: bytes) -> NumberedLines:
    return NumberedLines(io.BufferedReader(io.BytesIO(content)), limit=1 << 20)


def read(content: bytes) -> list[Item]:
    return list(read_jsonl(numbered(content), name="a.jsonl"))


@given(st.lists(st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.booleans()), max_size=10))
def test_what_json_writes_is_read_back(rows: list[dict[str, object]]) -> None:
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    assert [row.values for row in read(content) if isinstance(row, Row)] == rows


@given(
    lines=st.lists(
        st.sampled_from(
            [
                b'{"a": 1}',
                b'{"a": "1", "b": null}',
                b'{"b": [1]}',
                b"{",
                b"[1]",
                b"7",
                b"",
                b" ",
                b"\xff",
                b'{"a": "\r"}',
            ]
        ),
        max_size=250,
    ),
    end=st.sampled_from([b"\n", b"\r\n"]),
)
def test_blocks_have_the_rows_that_their_lines_have_one_by_one(lines: list[bytes], end: bytes) -> None:
    content = b"".join(line + end for line in [b"{}"] * 100 + lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonl, "_LEAST_LINES", 2)
        items = list(read_jsonl_blocks(numbered(content), name="a.jsonl", wanted=["a"]))
    expected = [
        item._replace(values={key: value for key, value in item.values.items() if key == "a"})
        if isinstance(item, Row)
        else item
        for item in read(content)
    ]
    found = [
        item._replace(values={key: value for key, value in item.values.items() if key == "a"})
        if isinstance(item, Row)
        else item
        for item in row_by_row(items)
    ]
    assert found == expected


def test_equal_lines_are_read_once() -> None:
    content = b'{"text": "a", "n": 1}\n' * 101 + b'{"text": "b"}\n{"text": "a"}\n7\n' * 50
    *rows, block = read_jsonl_blocks(numbered(content), name="a.jsonl", wanted=["text"])
    assert (len(rows), len(block)) == (101, 151)
    assert len(block.cells["text"].values) == 2
    assert block.bad.codes.tolist()[1:4] == [-1, -1, 0]


def test_each_broken_line_is_told_and_blank_ones_are_passed_over() -> None:
    content = b'\xef\xbb\xbf{"text": "a", "label": 1}\r\n\n[1]\n{"text": }\n{"text": "caf\xe9"}\n{"label": 2}'
    assert read(content) == [
        Header("a.jsonl", ("text", "label")),
        Row(1, {"text": "a", "label": 1}),
        BadRow(3, "bad JSON", "not an object in braces but list"),
        BadRow(4, "bad JSON", "not JSON: Expecting value at character 10"),
        BadRow(5, "bad UTF-8", "not UTF-8: byte 14 of this line is 0xe9"),
        Row(6, {"label": 2}),
    ]


def test_nesting_without_end() -> None:
    assert read(b"[" * 200_000)[1:] == [BadRow(1, "bad JSON", "nested too deeply")]


def test_a_column_may_begin_after_the_first_row() -> None:
    assert read(b'{"text": "a"}\n{"label": "x"}\n')[0] == Header("a.jsonl", ("text", "label"))


def test_a_number_of_thousands_of_digits_is_a_bad_row() -> None:
    content = b'{"text": "a", "label": ' + b"1" * 5000 + b'}\n{"text": "b", "label": 1}\n'
    assert read(content)[1:] == [
        BadRow(1, "bad JSON", "a whole number has thousands of digits"),
        Row(2, {"text": "b", "label": 1}),
    ]


@pytest.mark.parametrize("content", ['[{"text": "a"}]', '[\n{"text": "a"},\n{"text": "b"}\n]\n', ' [{"text": 1}]\n'])
def test_an_array_is_told_with_its_file(content: str) -> None:
    with pytest.raises(DataError, match=r"b\.jsonl is a JSON array"):
        check_is_lines(content, name="b.jsonl", suffix=".jsonl")


@pytest.mark.parametrize(
    ("content", "suffix", "message"),
    [
        ('{\n "text": "a"\n}\n{\n "text": "b"\n}\n', ".jsonl", r"objects over several lines(.|\n)*jq -c"),
        ('{\n "data": [{"text": "a"}]\n}\n', ".json", r"no array of objects(.|\n)*those of 'data'(.|\n)*jq \.data"),
        ('{"classes": ["a"], "annotations": [["a", {}]]}\n', ".json", r"those of 'annotations'(.|\n)*jq \.annotations"),
        ('{"text": "a", "spans": [{}]}\n{"text": "b"}\n', ".json", r"no array of objects\.(.|\n)*rename it to \.jsonl"),
        ('{"1": {"info": [{"a": 1}]}, "2": {}}\n', ".json", r"no array of objects\.(.|\n)*orient=\"records\""),
        ('{"text": {"0": "a"}, "label": {"0": "b"}}\n', ".json", r"no array of objects\.(.|\n)*orient=\"records\""),
        ('{"data": [{"text": "a"}]}\n', ".json", r"no array of objects(.|\n)*orient=\"records\""),
        ('{"text": "a"}\n{"text": "b"}\n', ".json", r"no array of objects(.|\n)*rename it to \.jsonl"),
    ],
)
def test_other_json_is_told_with_what_to_do(content: str, suffix: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        check_is_lines(content, name="b", suffix=suffix)


@pytest.mark.parametrize("content", ['{"text": "a\n"}\n', "{\n", '{"text": "a"}\n{\n"text": "b"}\n', "text\n"])
def test_lines_that_are_broken_are_told_one_by_one(content: str) -> None:
    check_is_lines(content, name="b.jsonl", suffix=".jsonl")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b'{"text": "a"},', "not JSON: a comma after the object, at character 14"),
        (b'{"text": "a"}{"text": "b"}', "a second object at character 14; write each in a line of its own"),
        (b'{"text": "a"} b', "not JSON: something after the value, at character 15"),
        (b'{"text": "a', "not JSON: Unterminated string starting at character 10"),
    ],
)
def test_what_follows_an_object_is_named(line: bytes, told: str) -> None:
    assert read(line)[1:] == [BadRow(1, "bad JSON", told)]


def test_lines_of_arrays_are_lines() -> None:
    check_is_lines("[1]\n[2]\n", name="b.jsonl", suffix=".jsonl")
    assert read(b"[1]\n") == [Header("a.jsonl", ()), BadRow(1, "bad JSON", "not an object in braces but list")]


def test_a_text_before_an_object_is_a_row():
    """As spaCy 2 writes examples."""
    found = list(read_jsonl(numbered(b'["Ada", {"entities": [[0, 3, "PER"]]}]'), name="a.jsonl"))
    assert found[1] == Row(1, {"text": "Ada", "entities": [[0, 3, "PER"]]})
    for text in ('["a", "b"]', '["a", {"text": "b"}]', '["a"]', '[{"a": 1}, "b"]'):
        (_, bad) = read_jsonl(numbered(text.encode()), name="a.jsonl")
        assert bad == BadRow(1, "bad JSON", "not an object in braces but list")
