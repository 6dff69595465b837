"""What a row must hold to be an example."""

from collections.abc import Mapping
from typing import NamedTuple

import pytest

from bert_tf.data.bad_rows import Problems
from bert_tf.data.checked_rows import Seen, checked_blocks
from bert_tf.data.checks import Columns, Refusal, check_identifier
from bert_tf.data.rows import Header, Row
from bert_tf.data.target import Target
from bert_tf.tasks.classify.target import ClassifyTarget

COLUMNS = Columns("text", None, ("label",), None)
FULL = Columns("text", "other", ("label",), "weight")

TARGET = ClassifyTarget("label")


class Example(NamedTuple):
    """A row that was taken."""

    text: bytes
    pair: bytes | None
    label: object
    weight: float


def checked(values: dict[str, object], columns: Columns = COLUMNS, target: Target = TARGET) -> Example | Refusal:
    problems, items = Problems(), [Header("a", ()), Row(2, values)]
    blocks = checked_blocks(items, split="train", columns=columns, target=target, problems=problems, seen=Seen())
    for block in blocks:
        (text,), (label,) = (cells.values for cells in (block.texts, block.labels))
        return Example(text, block.pairs and block.pairs.values[0], label, *block.weights)
    (found,) = problems.bad_rows
    assert found.places == ["a:2"]
    return Refusal(found.reason, *found.messages)


class Both(ClassifyTarget):
    """The names in two columns."""

    columns = ("a", "b")

    def check(self, cells: Mapping[str, object]) -> str:
        return f"{cells['a']}{cells['b']}"


@pytest.mark.parametrize(
    ("label", "expected"),
    [("pos", "pos"), (b"pos", "pos"), (1, "1"), (-3, "-3"), (1.0, "1"), (True, "true"), (False, "false"), (" ä", " ä")],
)
def test_labels_are_texts(label: object, expected: str) -> None:
    assert checked({"text": "a", "label": label}) == Example(b"a", None, expected, 1.0)


@pytest.mark.parametrize(("weight", "expected"), [("0.5", 0.5), (0, 0.0), (2.5, 2.5), ("1e2", 100.0)])
def test_pairs_and_weights(weight: object, expected: float) -> None:
    row = {"text": "ä", "other": b"\xc3\xb6", "label": "x", "weight": weight}
    assert checked(row, FULL) == Example("ä".encode(), "ö".encode(), "x", expected)


@pytest.mark.parametrize(
    ("changes", "reason", "message"),
    [
        ({"text": ""}, "empty text", "text is empty"),
        ({"text": " \t\n"}, "empty text", "text is empty"),
        ({"text": None}, "empty text", "text is missing"),
        ({"other": ""}, "empty text", "other is empty"),
        ({"text": 5}, "wrong type", "text is 5, not a string"),
        ({"text": ["a", "b"]}, "wrong type", "text is ['a', 'b'], not a string"),
        ({"text": b"caf\xe9 noir"}, "bad UTF-8", "text is not UTF-8: its byte 4 is 0xe9"),
        ({"text": "ab\ud800"}, "bad Unicode", "text has a lone surrogate at character 3"),
        ({"label": None}, "missing label", "label is missing"),
        ({"label": ""}, "missing label", "label is empty"),
        ({"label": float("nan")}, "missing label", "label is not a number (NaN)"),
        ({"label": 0.5}, "wrong type", "label is 0.5, neither a string nor a whole number"),
        ({"label": "\u200b\u00a0"}, "missing label", "label is empty"),
        ({"label": float("inf")}, "wrong type", "label is inf, neither a string nor a whole number"),
        ({"text": "\u00a0\u3000"}, "empty text", "text is empty"),
        ({"text": float("nan")}, "empty text", "text is missing"),
        ({"label": [[1]]}, "wrong type", "label is [1], not a string"),
        ({"label": [1, 2]}, "several labels", "label has 2 labels: 1, 2"),
        ({"weight": -1}, "bad weight", "weight is -1; weights must be 0 or more"),
        ({"weight": "nan"}, "bad weight", "weight is 'nan'; weights must be 0 or more"),
        ({"weight": "inf"}, "bad weight", "weight is 'inf'; weights must be 0 or more"),
        ({"weight": "much"}, "bad weight", "weight is 'much', not a number"),
        ({"weight": True}, "bad weight", "weight is True, not a number"),
        ({"weight": []}, "bad weight", "weight is [], not a number"),
        ({"weight": ""}, "missing weight", "weight is missing"),
        ({"weight": None}, "missing weight", "weight is missing"),
    ],
)
def test_a_refused_row_says_why(changes: dict[str, object], reason: str, message: str) -> None:
    row = {"text": "a", "other": "b", "label": "x", "weight": 1, **changes}
    assert checked(row, FULL) == Refusal(reason, message)


def test_a_row_without_the_key() -> None:
    assert checked({"text": "a"}) == Refusal("missing column", "label is missing in this row")


def test_a_long_value_is_cut() -> None:
    refusal = checked({"text": list(range(1000)), "label": "x"})
    assert isinstance(refusal, Refusal)
    assert len(refusal.message) < 80


def test_a_label_of_several_columns_needs_all_of_them() -> None:
    columns = Columns("text", None, ("a", "b"), None)
    assert columns.named() == ["text", "a", "b"]
    assert checked({"text": "x", "a": 1, "b": 0}, columns, Both("a")) == Example(b"x", None, "10", 1.0)
    refused = checked({"text": "x", "a": 1}, columns, Both("a"))
    assert refused == Refusal("missing column", "b is missing in this row")


@pytest.mark.parametrize(
    ("value", "name"),
    [("a1", "a1"), (b" 17 ", "17"), (17, "17"), (17.0, "17"), ("17.0", "17"), ("-3.00", "-3"), ("017", "017"),
     ("1.5", "1.5"), ("v1.0", "v1.0")],
)  # fmt: skip
def test_a_whole_number_is_one_id_however_it_is_written(value, name):
    assert check_identifier("id", value) == name


@pytest.mark.parametrize("value", [None, "", " ", 1.5, float("nan"), float("inf"), True, ["a"]])
def test_what_is_no_id(value):
    found = check_identifier("id", value)
    assert isinstance(found, Refusal)
    assert found.reason == "bad id"
