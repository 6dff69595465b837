"""Bad rows by cause: how many, where the first ones are, why that may be, and what to do."""

import numpy as np
import pytest

from bert_tf.data.bad_rows import BadRows, Problems
from bert_tf.data.causes import Explanation, Surroundings, find_causes, raise_if_any
from bert_tf.data.checks import Refusal
from bert_tf.data.row_blocks import Cells
from bert_tf.errors import DataError


def around(**changes: object) -> Surroundings:
    return Surroundings(**{"sources": {"test": "test.csv"}, "good_rows": {"train": 9, "test": 5}, **changes})


def add(problems: Problems, refusal: Refusal, *, split: str, place: str) -> None:
    problems.add_rows(Cells([refusal], np.zeros(1, int)), split=split, place=lambda row: place)


def nothing(found: BadRows, around: Surroundings) -> None:
    """Their messages say it."""


def test_rows_of_one_reason_are_listed_with_their_first_places() -> None:
    problems = Problems()
    for number in range(2, 7):
        add(problems, Refusal("empty text", "text is empty"), split="train", place=f"a.csv:{number}")
        add(problems, Refusal("bad UTF-8", f"byte {number}"), split="train", place=f"a.csv:{number}0")
    empty, bad = find_causes(problems, around(sources={"train": "a.csv"}), explain=nothing)
    assert empty.sentence == "5 rows of a.csv: text is empty (a.csv:2, a.csv:3, a.csv:4, …)"
    assert bad.sentence == "5 rows of a.csv: bad UTF-8 (a.csv:20: byte 2; a.csv:30: byte 3; a.csv:40: byte 4; …)"
    assert "data.encoding" in bad.hint
    assert problems.count("train") == 10


def test_a_split_without_labels() -> None:
    problems = Problems()
    add(problems, Refusal("missing label", "label is missing"), split="test", place="test.csv:2")
    (cause,) = find_causes(problems, around(good_rows={"train": 5}), explain=nothing)
    assert cause.sentence == "test.csv:2: label is missing; the split has no labelled rows"
    assert "draw a share of the training rows: data.test = 0.1" in cause.hint


def test_the_error_has_all_causes_for_people_and_for_programs() -> None:
    problems = Problems()
    for number in range(2, 5):
        add(problems, Refusal("odd label", "label is odd"), split="test", place=f"test.csv:{number}")
    causes = find_causes(problems, around(), explain=lambda found, around: Explanation("they are odd", "even them"))
    assert (causes[0].sentence, causes[0].hint) == ("they are odd", "even them")
    with pytest.raises(DataError) as caught:
        raise_if_any(causes, files=(), skip=False)
    assert caught.value.what.startswith("The data has 3 bad rows:")
    assert caught.value.problems == (causes[0].sentence,)
    assert caught.value.causes[0]["places"] == ("test.csv:2", "test.csv:3", "test.csv:4")
    assert "on_bad_row" in caught.value.hint
    raise_if_any(causes, files=(), skip=True)
    with pytest.raises(DataError, match="columns that the data doesn't have"):
        raise_if_any(causes, files=["a.csv: no column 'text'"], skip=True)
