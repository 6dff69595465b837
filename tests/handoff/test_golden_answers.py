"""Tolerances and labels that rounding may turn, by hand; `test_reduced_precision.py` has real ones."""

from types import SimpleNamespace

import numpy as np
import pytest

from bert_tf.errors import ExportError
from bert_tf.handoff import golden_answers
from bert_tf.handoff.golden_answers import TOLERANCE, is_decided, reduced_golden_requests, rounding_tolerance
from bert_tf.workflow.assemble import ReducedGraphs


@pytest.mark.parametrize("moved, tolerance", [(0.00308, 0.0093), (0.00312, 0.0094)])
def test_a_tolerance_is_thrice_the_distance_from_float32_rounded_up(moved, tolerance):
    exact = np.array([[0.5, 0.5], [0.9, 0.1]])
    found = np.array([[0.501, 0.499], [0.9 - moved, 0.1 + moved]])
    assert rounding_tolerance(found, exact) == tolerance


def test_a_tolerance_is_never_less_than_that_of_float32():
    exact = np.array([[0.5, 0.5]])
    assert rounding_tolerance(exact, exact) == TOLERANCE


def test_a_label_is_decided_when_both_probabilities_may_move_against_it():
    probabilities = np.array([[0.1, 0.5, 0.4], [0.46, 0.06, 0.48], [0.44, 0.1, 0.46], [0.5, 0.5, 0.0]])
    assert is_decided(probabilities, 0.015).tolist() == [True, False, False, False]
    assert is_decided(probabilities, 0.009).tolist() == [True, True, True, False]


NEAR = np.array([[0.51, 0.49], [0.7, 0.3]])


@pytest.fixture
def two_texts(monkeypatch):
    """Golden requests whose answers are given: in fewer bits, and in float32."""

    def given(reduced, in_float32):
        monkeypatch.setattr(
            golden_answers, "_requests", lambda run, prepared: ([None] * 2, [{"text": "a"}, {"text": "b"}])
        )
        monkeypatch.setattr(golden_answers, "own_answers", lambda run, rows, graph: {"probabilities": graph})
        monkeypatch.setattr(golden_answers, "_answers", lambda run, tokenizer, rows, graph: {"probabilities": graph})
        run, prepared = SimpleNamespace(path="a run"), SimpleNamespace(tokenizer=None)
        return reduced_golden_requests(run, prepared, ReducedGraphs(reduced, in_float32))

    return given


def test_requests_whose_label_hangs_on_rounding_are_left_out(two_texts):
    found = two_texts(NEAR, NEAR + np.array([0.00613, -0.00613]))
    assert found.tolerance == pytest.approx(0.0184)
    assert [line["request"]["text"] for line in found.lines] == ["b"]
    assert found.undecided == 1


def test_weights_that_are_computed_in_float32_have_its_tolerance(two_texts):
    found = two_texts(NEAR, NEAR)
    assert (found.tolerance, found.undecided, len(found.lines)) == (TOLERANCE, 0, 2)


def test_labels_that_all_hang_on_rounding_are_refused(two_texts):
    with pytest.raises(ExportError, match=r"may move by 0\.75\d* in this precision(.|\n)*float32"):
        two_texts(NEAR, NEAR + 0.25)
