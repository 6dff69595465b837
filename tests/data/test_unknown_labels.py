"""Labels that no row may have: how many, where the first ones are, why that may be, and what to do."""

import functools
from collections.abc import Sequence

import numpy as np
import pytest

from bert_tf.data.bad_rows import Problems
from bert_tf.data.causes import Cause, Surroundings, find_causes
from bert_tf.data.checks import Refusal
from bert_tf.data.row_blocks import Cells
from bert_tf.data.unknown_labels import explain_unknown_labels


def unknown(labels: dict[str, int], *, split: str = "test") -> Problems:
    problems = Problems()
    refusals = [Refusal("unknown label", "", label) for label in labels]
    codes = np.repeat(np.arange(len(labels)), list(labels.values()))
    problems.add_rows(Cells(refusals, codes), split=split, place=lambda row: f"{split}.csv:{row + 2}")
    return problems


def causes(
    problems: Problems, *, names: Sequence[str] = ("a", "b"), are_given: bool = False, **changes: object
) -> tuple[Cause, ...]:
    values = {"sources": {"test": "test.csv"}, "good_rows": {"train": 9, "test": 5}, **changes}
    explain = functools.partial(explain_unknown_labels, names=names, are_given=are_given)
    return find_causes(problems, Surroundings(**values), explain=explain)


def test_many_labels_are_one_line() -> None:
    problems = unknown({f"intent {number}": 40 for number in range(71)})
    (cause,) = causes(problems, is_sorted_slice=True)
    assert cause.sentence == (
        "71 labels of test.csv never occur in train, 2,840 rows; train is a slice of a source sorted by label: "
        "'intent 0' (40 rows, first at test.csv:2), 'intent 1' (40 rows, first at test.csv:42), "
        "'intent 2' (40 rows, first at test.csv:82) and 68 more"
    )
    assert (cause.rows, len(cause.places), cause.places[0]) == (2840, 20, "test.csv:2")
    assert cause.hint.startswith("train on the whole source, without the slice; data.test = 0.1")


@pytest.mark.parametrize(
    ("labels", "changes", "why", "hint"),
    [
        (
            {"A ": 3, "x": 1},
            {},
            "1 of them are spelled differently in train ('A ' for 'a')",
            "data.merge_labels = true",
        ),
        ({"A ": 3}, {}, "it is spelled differently in train ('A ' for 'a')", "data.merge_labels = true"),
        ({"-1": 9}, {"good_rows": {}}, "-1 marks unlabelled rows", "remove data.test"),
        ({"0": 9, "1": 9}, {"good_rows": {}}, "none of its labels occurs in train, whose labels are 'a', 'b'", "names"),
        ({"aa": 1}, {"names": ("aaa", "b")}, "never occurs in train, 1 row", "did you mean 'aaa'?"),
        ({"other": 1}, {}, "never occurs in train, 1 row", "move some of these rows to the training set"),
        (
            {"A": 2},
            {"are_given": True},
            "is not in data.labels, 2 rows; it is spelled differently in data.labels",
            "merge",
        ),
    ],
)
def test_the_hint_fits_the_cause(labels: dict[str, int], changes: dict, why: str, hint: str) -> None:
    (cause,) = causes(unknown(labels), **changes)
    assert why in cause.sentence
    assert hint in cause.hint
