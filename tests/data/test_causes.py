"""Bad rows by cause: how many, where the first ones are, why that may be, and what to do."""

import pytest

from bert_tf.data.bad_rows import Problems
from bert_tf.data.causes import Surroundings, find_causes, raise_if_any
from bert_tf.data.checks import Refusal
from bert_tf.errors import DataError


def unknown(labels: dict[str, int], *, split: str = "test") -> Problems:
    problems, number = Problems(), 1
    for label, rows in labels.items():
        for _ in range(rows):
            number += 1
            problems.add_row(Refusal("unknown label", "", label), split=split, place=f"{split}.csv:{number}")
    return problems


def around(**changes: object) -> Surroundings:
    values = {"sources": {"test": "test.csv"}, "good_rows": {"train": 9, "test": 5}, "names": ("a", "b"), **changes}
    return Surroundings(**values)


def test_many_labels_are_one_line() -> None:
    problems = unknown({f"intent {number}": 40 for number in range(71)})
    (cause,) = find_causes(problems, around(is_sorted_slice=True))
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
    (cause,) = find_causes(unknown(labels), around(**changes))
    assert why in cause.sentence
    assert hint in cause.hint


def test_rows_of_one_reason_are_listed_with_their_first_places() -> None:
    problems = Problems()
    for number in range(2, 7):
        problems.add_row(Refusal("empty text", "text is empty"), split="train", place=f"a.csv:{number}")
        problems.add_row(Refusal("bad UTF-8", f"byte {number}"), split="train", place=f"a.csv:{number}0")
    empty, bad = find_causes(problems, around(sources={"train": "a.csv"}))
    assert empty.sentence == "5 rows of a.csv: text is empty (a.csv:2, a.csv:3, a.csv:4, …)"
    assert bad.sentence == "5 rows of a.csv have bad UTF-8: a.csv:20: byte 2; a.csv:30: byte 3; a.csv:40: byte 4; …"
    assert "data.encoding" in bad.hint
    assert problems.count("train") == 10


def test_a_split_without_labels() -> None:
    problems = Problems()
    problems.add_row(Refusal("missing label", "label is missing"), split="test", place="test.csv:2")
    (cause,) = find_causes(problems, around(good_rows={"train": 5}))
    assert cause.sentence == "test.csv:2: label is missing; the split has no labelled rows"
    assert "draw a share of the training rows: data.test = 0.1" in cause.hint


def test_the_error_has_all_causes_for_people_and_for_programs() -> None:
    causes = find_causes(unknown({"x": 3}), around())
    with pytest.raises(DataError) as caught:
        raise_if_any(causes, files=(), skip=False)
    assert caught.value.what.startswith("The data has 3 bad rows:")
    assert caught.value.problems == (causes[0].sentence,)
    assert caught.value.causes[0]["places"] == ("test.csv:2", "test.csv:3", "test.csv:4")
    assert "on_bad_row" in caught.value.hint
    raise_if_any(causes, files=(), skip=True)
    with pytest.raises(DataError, match="columns that the data doesn't have"):
        raise_if_any(causes, files=["a.csv: no column 'text'"], skip=True)
