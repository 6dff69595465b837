"""Expected values: hand arithmetic for McNemar's test, SciPy's bootstrap for the interval, what must always hold."""

import math

import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_tf.evaluation.paired import disagreements, paired_accuracy


def answers(both: int, only_first: int, only_second: int, neither: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, and two classifiers that are right on so many rows together and alone."""
    counts = [both, only_first, only_second, neither]
    labels = np.arange(sum(counts)) % 3
    first = np.repeat([True, True, False, False], counts)
    second = np.repeat([True, False, True, False], counts)
    return labels, np.where(first, labels, (labels + 1) % 3), np.where(second, labels, (labels + 2) % 3)


# Two-sided: twice the sum of C(n, k) / 2^n from the larger count up.
@pytest.mark.parametrize(
    "only_first, only_second, p_value",
    [
        (1, 0, 1.0),
        (5, 0, 2 / 32),
        (0, 5, 2 / 32),
        (9, 1, 2 * (10 + 1) / 1024),
        (2, 8, 2 * (45 + 10 + 1) / 1024),
        (4, 4, 1.0),
        (0, 0, 1.0),
    ],
)
def test_exact_mcnemar(only_first, only_second, p_value):
    found = paired_accuracy(*answers(50, only_first, only_second, 10))
    assert found.p_value == pytest.approx(p_value)
    assert (found.only_first, found.only_second) == (only_first, only_second)
    assert found.difference == pytest.approx((only_first - only_second) / (60 + only_first + only_second))


def test_interval_is_that_of_a_paired_bootstrap():
    labels, first, second = answers(150, 30, 12, 8)
    found = paired_accuracy(labels, first, second, resamples=20_000)
    expected = scipy.stats.bootstrap(
        (first == labels, second == labels),
        lambda one, other, axis: one.mean(axis) - other.mean(axis),
        paired=True,
        vectorized=True,
        method="percentile",
        n_resamples=20_000,
        batch=1000,
        rng=np.random.default_rng(5),
    ).confidence_interval
    # One row of 200 is 0.005: the ends may fall on neighbouring counts.
    assert found.low == pytest.approx(expected.low, abs=0.0051)
    assert found.high == pytest.approx(expected.high, abs=0.0051)


def test_interval_is_narrower_than_that_of_unrelated_samples():
    """Rows that both get right or wrong say nothing about the difference."""
    labels, first, second = answers(600, 20, 10, 370)
    found = paired_accuracy(labels, first, second)
    shares = [(answered == labels).mean() for answered in (first, second)]
    unpaired = 1.96 * math.sqrt(sum(share * (1 - share) / 1000 for share in shares))
    assert (found.high - found.low) / 2 < unpaired / 2


def test_level_widens_the_interval():
    data = answers(100, 20, 10, 10)
    wide, narrow = paired_accuracy(*data, level=0.99), paired_accuracy(*data, level=0.5)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_same_seed_same_interval():
    data = answers(80_000, 6_000, 5_000, 9_000)
    assert paired_accuracy(*data, seed=3) == paired_accuracy(*data, seed=3)
    assert paired_accuracy(*data, seed=3) != paired_accuracy(*data, seed=4)


COUNTS = st.tuples(st.integers(1, 300), *[st.integers(0, 300)] * 3)


@settings(deadline=None)
@given(counts=COUNTS)
def test_the_other_way_round(counts):
    labels, first, second = answers(*counts)
    one, other = paired_accuracy(labels, first, second), paired_accuracy(labels, second, first)
    assert one.difference == -other.difference
    assert (one.only_first, one.only_second) == (other.only_second, other.only_first)
    assert one.p_value == pytest.approx(other.p_value)
    assert -1 <= one.low <= one.high <= 1


@settings(deadline=None)
@given(counts=COUNTS, order=st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(counts, order):
    labels, first, second = answers(*counts)
    rows = list(range(len(labels)))
    order.shuffle(rows)
    assert paired_accuracy(labels[rows], first[rows], second[rows]) == paired_accuracy(labels, first, second)


def test_a_hundred_thousand_rows():
    found = paired_accuracy(*answers(80_000, 6_000, 5_000, 9_000))
    assert found.difference == pytest.approx(0.01)
    # Normal approximation; 11,000 rows are far from a tail.
    deviation = math.sqrt(11_000 / 1e5 - 0.01**2) / math.sqrt(1e5)
    assert found.low == pytest.approx(0.01 - 1.96 * deviation, abs=2e-4)
    assert found.high == pytest.approx(0.01 + 1.96 * deviation, abs=2e-4)
    assert found.p_value < 1e-20


def test_disagreements_come_with_the_surest_first():
    labels = np.array([0, 0, 0, 0, 1, 1])
    # Right in the second, in both, in the first, in the first, in none, in the second.
    first = np.array([[0, 1], [1, 0], [3, 0], [9, 0], [1, 0], [8, 0]])
    second = np.array([[1, 0], [1, 0], [0, 9], [0, 8], [1, 0], [0, 7]])
    only_first, only_second = disagreements(labels, first, second)
    # Row 2: sure by 3 and by 9, so by 3; row 3: by 9 and by 8, so by 8.
    assert only_first.tolist() == [3, 2]
    assert only_second.tolist() == [5, 0]


@settings(deadline=None)
@given(seed=st.integers(0, 1000))
def test_disagreements_are_the_rows_that_are_counted(seed):
    random = np.random.default_rng(seed)
    labels, first, second = random.integers(0, 4, 60), random.normal(size=(60, 4)), random.normal(size=(60, 4)) * 5
    only_first, only_second = disagreements(labels, first, second)
    counted = paired_accuracy(labels, first.argmax(-1), second.argmax(-1))
    assert (len(only_first), len(only_second)) == (counted.only_first, counted.only_second)
    assert (first[only_first].argmax(-1) == labels[only_first]).all()
    assert (second[only_first].argmax(-1) != labels[only_first]).all()
    shares = [scipy.special.softmax(logits, axis=-1).max(-1) for logits in (first, second)]
    for rows in (only_first, only_second):
        sureness = np.minimum(*shares)[rows]
        assert (np.diff(sureness) <= 0).all()
