"""Which column looks like labels, and how sure that is; what is written of them is tested with whole drafts."""

import math
from collections import Counter

import pytest

from bert_tf.data.rows import Header, Row
from bert_tf.data.survey import Column, survey_columns
from bert_tf.drafting.check_file import CheckedFile
from bert_tf.errors import DataError
from bert_tf.tasks.classify.draft import ClassifyDraft

DRAFT = ClassifyDraft()


def column(name: str, values: list[str]) -> Column:
    (found,) = survey_columns([Header("a.csv", (name,)), *(Row(n, {name: value}) for n, value in enumerate(values, 1))])
    return found


def certainty(name: str, values: list[str], *, is_given: bool = False) -> float:
    return DRAFT.guess([column(name, values)], file="a.csv", is_given=is_given).certainty


def test_a_telling_name_is_more_certain_than_few_values() -> None:
    # Three for the name, less the logarithm of the labels; an origin loses as much.
    assert certainty("label", ["a", "b"] * 5) == pytest.approx(3 - math.log10(2))
    assert certainty("x", ["a", "b"] * 5) == pytest.approx(-math.log10(2))
    assert certainty("year", ["1", "2"] * 5) == pytest.approx(-4 - math.log10(2))


def test_only_the_users_word_speaks_for_numbers_with_a_fraction() -> None:
    assert certainty("x", ["0.5", "1.5"] * 5, is_given=True) == -math.inf
    assert not DRAFT.could_be(column("x", ["0.5", "1.5"] * 5))
    with pytest.raises(DataError, match="looks like labels"):
        certainty("x", ["0.5", "1.5"] * 5)


def test_weights_are_proposed_where_a_label_is_three_times_as_common() -> None:
    assert DRAFT.settings(CheckedFile(labels=Counter({"a": 29, "b": 10}))) == {}
    ((entry,),) = DRAFT.settings(CheckedFile(labels=Counter({"a": 30, "b": 10}))).values()
    assert (entry.key, entry.value, entry.is_on) == ("class_weights", "balanced", False)
    assert "has 30 rows, the rarest 10" in entry.comment
