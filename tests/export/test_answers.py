import contextlib
import math

import hypothesis
import pytest
from hypothesis import strategies as st

from bert_tf.errors import VerifyError
from bert_tf.export.answers import check_tolerance, compare_answer, compare_rows, distance

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-1, 1) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
)


@hypothesis.given(JSON)
def test_a_value_is_equal_to_itself(value):
    assert distance(value, value) == 0


@hypothesis.given(JSON, JSON)
def test_values_are_equal_or_they_differ(first, second):
    assert distance(first, second) == distance(second, first)
    if distance(first, second) == 0 and type(first) is type(second):
        assert first == second


@pytest.mark.parametrize(
    "expected, found",
    [
        ([1.0], [1.0, 2.0]),
        ([1.0], [1.0, 0.0]),
        (["a"], ["a", ""]),
        ([1.0, 0.0], [1.0]),
        ([1.0], 1.0),
        ({"a": 1}, {"b": 1}),
        ("1", 1),
        (True, 1),
        (True, False),
        (0.5, math.nan),
        (0.5, None),
    ],
)
def test_another_form_is_infinitely_far(expected, found):
    assert distance(expected, found) == math.inf


def test_what_is_found_of_some_outputs_may_be_padded_to_the_longest_of_its_batch():
    expected = {"outputs": {"starts": [[1], []], "labels": [["a"], []], "p": [[0.5], [0.5]]}}
    found = {"outputs": {"starts": [[1, 0], [0, 0]], "labels": [["a", ""], ["", ""]], "p": [[0.25], [0.5]]}}
    assert distance(expected, found, padded={"starts", "labels"}) == 0.25
    assert distance(expected, found, padded={"starts"}) == math.inf
    assert distance(expected, found) == math.inf


@pytest.mark.parametrize(
    ("expected", "found"),
    [([1], [1, 2]), ([1], [1, None]), ([True], [True, False]), ([[1]], [[1], []]), ([1, 0], [1])],
)
def test_padding_is_zeros_or_empty_strings_and_nothing_is_lost(expected, found):
    assert distance({"starts": expected}, {"starts": found}, padded={"starts"}) == math.inf


def test_the_largest_difference_counts():
    assert distance({"a": [0.5, 1.0], "b": 2}, {"a": [0.25, 1.0], "b": 3}) == 1.0


GOLDEN = [{"request": {"text": "a"}, "answer": {"label": "x", "score": 0.5, "truncated": False}}]


def test_rows_sent_in_batches_and_one_by_one():
    near = {"label": "x", "score": 0.5 + 1e-7, "truncated": False}
    assert compare_rows(GOLDEN, [near, near], tolerance=1e-6, loader="l") == pytest.approx(1e-7)
    with pytest.raises(VerifyError, match=r"answers truncated True, the run answered False(.|\n)*l, request 0"):
        compare_rows(GOLDEN, [near, {**near, "truncated": True}], tolerance=1e-6, loader="l")


def test_what_is_not_a_number_is_seen():
    with pytest.raises(VerifyError, match="answers score nan"):
        compare_answer(GOLDEN[0], {"label": "x", "score": math.nan, "truncated": False}, tolerance=1, where="here")


def test_a_missing_output_is_seen():
    with pytest.raises(VerifyError, match=r"returns \['label'\]; expected \['label', 'score', 'truncated'\]"):
        compare_answer(GOLDEN[0], {"label": "x"}, tolerance=1, where="here")


@pytest.mark.parametrize(
    ("answer", "tolerance", "is_refused"),
    [
        ({"label": "x", "probabilities": [0.25, 0.75]}, 0.5, False),
        ({"label": "x", "probabilities": [0.25, 0.75]}, 0.75, True),
        ({"label": "x", "probabilities": [0.25, 0.75]}, 2.0, True),
        # Prices have tolerances of more than 1; where an entity stands is no number that may move.
        ({"value": -350_000.5}, 2.0, False),
        ({"starts": [0, 40], "scores": [0.9, 0.8]}, 1.0, True),
        ({"label": "x"}, 2.0, False),
    ],
)
def test_a_tolerance_that_any_answer_would_meet_proves_nothing(answer, tolerance, is_refused):
    golden = [{"request": {"text": "a"}, "answer": answer}]
    with pytest.raises(VerifyError, match="allows differences of") if is_refused else contextlib.nullcontext():
        check_tolerance(golden, tolerance)
