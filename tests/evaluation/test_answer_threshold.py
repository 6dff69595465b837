import hypothesis
import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import strategies

from bert_tf.evaluation.answer_threshold import (
    choose_threshold,
    held_out_errors,
    recall_facts,
    scope_errors,
    scope_facts,
)

# Of ten questions: the best score, and whether there is a right answer.
BEST = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.55, 0.4, 0.3, 0.2, 0.1])
INSIDE = np.array([True] * 5 + [False] * 5)


def test_the_threshold_lies_between_two_scores():
    # Above 0.55 stand four of five inside and none of five outside; above 0.4 five and one: the same, 0.8. The higher.
    assert choose_threshold(BEST, INSIDE) == pytest.approx((0.6 + 0.55) / 2)
    errors = scope_errors(BEST, INSIDE, 0.575)
    assert (errors.rejected, errors.answered, errors.balanced_error) == (1, 0, 0.1)
    assert scope_errors(BEST, INSIDE, 0.45).facts() == {
        "in_scope_rejected": 0,
        "out_of_scope_answered": 1,
        "balanced_error": 0.1,
    }


@hypothesis.given(
    arrays.arrays(np.float64, 12, elements=strategies.floats(-1, 1, width=32)),
    arrays.arrays(bool, 12).filter(lambda inside: 0 < inside.sum() < 12),
)
def test_no_other_threshold_errs_less(best, inside):
    found = choose_threshold(best, inside)
    least = min(scope_errors(best, inside, cut).balanced_error for cut in [*best, 2.0])
    assert (0.5 if found is None else scope_errors(best, inside, found).balanced_error) == pytest.approx(least)


def test_scores_that_tell_nothing_give_no_threshold():
    assert choose_threshold(np.array([0.1, 0.2, 0.8, 0.9]), np.array([True, True, False, False])) is None
    facts = scope_facts(np.array([0.1, 0.2, 0.8, 0.9]), np.array([True, True, False, False]))
    assert (facts["area_under_curve"], facts["threshold"], facts["errors"]) == (0, None, None)


def test_facts():
    facts = scope_facts(BEST, INSIDE)
    assert facts["questions"] == {"in_scope": 5, "out_of_scope": 5}
    # Of 25 pairs of one inside and one outside, only (0.5, 0.55) stands the other way round.
    assert facts["area_under_curve"] == 0.96
    assert facts["errors"] == {"in_scope_rejected": 1, "out_of_scope_answered": 0, "balanced_error": 0.1}
    assert facts["held_out_errors"]["parts"] == 5
    assert scope_facts(BEST[:5], INSIDE[:5]) == {"questions": {"in_scope": 5, "out_of_scope": 0}}


def test_held_out_errors_are_those_of_thresholds_chosen_on_others():
    # Either kind has one question far on the other side, which only a threshold that saw it would spare.
    best = np.array([0.9, 0.9, 0.9, 0.1, 0.8, 0.2, 0.2, 0.2])
    inside = np.array([True] * 4 + [False] * 4)
    errors, parts = held_out_errors(best, inside)
    assert (parts, errors.in_scope, errors.out_of_scope) == (4, 4, 4)
    assert (errors.rejected, errors.answered) == (1, 1)
    assert held_out_errors(best[3:], inside[3:]) is None


def test_recall():
    ranked = np.array([[3, 1, 2], [0, 2, 4], [5, 6, 7], [8, 9, 1]])
    assert recall_facts(ranked, np.array([3, 4, 0, 9])) == {
        "recall@1": 0.25,
        "recall@3": 0.75,
        "mrr@3": round((1 + 1 / 3 + 0 + 1 / 2) / 4, 6),
    }
