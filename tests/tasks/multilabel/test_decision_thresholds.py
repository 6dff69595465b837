import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from bert_tf.tasks.multilabel.decision_thresholds import best_thresholds


def test_a_threshold_lies_midway_between_the_probabilities_that_it_divides():
    expected = np.array([[True], [True], [False], [False]])
    assert best_thresholds(expected, np.array([[0.75], [0.5], [0.25], [0.0]])) == [0.375]


def test_without_rows_of_a_label_it_is_a_half_and_where_all_have_it_nothing_is_left_out():
    expected = np.array([[False, True], [False, True]])
    assert best_thresholds(expected, np.array([[0.9, 0.9], [0.1, 0.5]])) == [0.5, 0.25]
    assert best_thresholds(np.zeros((0, 2), bool), np.zeros((0, 2))) == [0.5, 0.5]


def test_between_neighbours_of_float32_it_is_the_upper_one():
    upper = np.float32(0.5)
    lower = np.nextafter(upper, np.float32(0), dtype=np.float32)
    assert best_thresholds(np.array([[True], [False]]), np.array([[upper], [lower]])) == [0.5]


@settings(max_examples=50, deadline=None)
@given(rows=st.integers(1, 30), distinct=st.integers(1, 12), seed=st.integers(0, 1000))
def test_no_other_threshold_has_a_larger_f1(rows, distinct, seed):
    random = np.random.default_rng(seed)
    expected = random.random(rows) < 0.4
    expected[0] = True
    probabilities = random.integers(0, distinct, rows) / distinct
    (chosen,) = best_thresholds(expected[:, np.newaxis], probabilities[:, np.newaxis])
    # Each is a label of its own, so that scikit-learn is asked once.
    found = probabilities[:, np.newaxis] >= np.append(np.linspace(0, 1, 100), chosen)
    of_all = np.broadcast_to(expected[:, np.newaxis], found.shape)
    *others, best = f1_score(of_all, found, average=None, zero_division=0)
    assert best == pytest.approx(max(others))
