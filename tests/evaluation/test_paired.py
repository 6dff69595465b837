"""Expected values: hand arithmetic for McNemar's test, SciPy's bootstrap for the interval, what must always hold."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.evaluation.paired import paired_difference, right_alone


def right(both: int, only_first: int, only_second: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    """1 where each of two classifiers is right, else 0: on so many rows together and alone."""
    counts = [both, only_first, only_second, neither]
    return np.repeat([1.0, 1.0, 0.0, 0.0], counts), np.repeat([1.0, 0.0, 1.0, 0.0], counts)


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
    found = paired_difference(*right(50, only_first, only_second, 10))
    assert found.p_value == pytest.approx(p_value)
    assert (found.only_first, found.only_second) == (only_first, only_second)
    assert found.difference == pytest.approx((only_first - only_second) / (60 + only_first + only_second))


def test_interval_is_that_of_a_paired_bootstrap():
    first, second = right(150, 30, 12, 8)
    found = paired_difference(first, second, resamples=20_000)
    expected = scipy.stats.bootstrap(
        (first, second),
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
    first, second = right(600, 20, 10, 370)
    found = paired_difference(first, second)
    shares = [each.mean() for each in (first, second)]
    unpaired = 1.96 * math.sqrt(sum(share * (1 - share) / 1000 for share in shares))
    assert (found.high - found.low) / 2 < unpaired / 2


def test_level_widens_the_interval():
    data = right(100, 20, 10, 10)
    wide, narrow = paired_difference(*data, level=0.99), paired_difference(*data, level=0.5)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_same_seed_same_interval():
    data = right(80_000, 6_000, 5_000, 9_000)
    assert paired_difference(*data, seed=3) == paired_difference(*data, seed=3)
    assert paired_difference(*data, seed=3) != paired_difference(*data, seed=4)


COUNTS = st.tuples(st.integers(1, 300), *[st.integers(0, 300)] * 3)


@given(counts=COUNTS)
def test_the_other_way_round(counts):
    first, second = right(*counts)
    one, other = paired_difference(first, second), paired_difference(second, first)
    assert one.difference == -other.difference
    assert (one.only_first, one.only_second) == (other.only_second, other.only_first)
    assert one.p_value == pytest.approx(other.p_value)
    assert -1 <= one.low <= one.high <= 1


@given(counts=COUNTS, order=st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(counts, order):
    first, second = right(*counts)
    rows = list(range(len(first)))
    order.shuffle(rows)
    assert paired_difference(first[rows], second[rows]) == paired_difference(first, second)


def test_a_hundred_thousand_rows():
    found = paired_difference(*right(80_000, 6_000, 5_000, 9_000))
    assert found.difference == pytest.approx(0.01)
    # Normal approximation; 11,000 rows are far from a tail.
    deviation = math.sqrt(11_000 / 1e5 - 0.01**2) / math.sqrt(1e5)
    assert found.low == pytest.approx(0.01 - 1.96 * deviation, abs=2e-4)
    assert found.high == pytest.approx(0.01 + 1.96 * deviation, abs=2e-4)
    assert found.p_value < 1e-20


def test_a_mean_of_any_values():
    """The interval is SciPy's, and the test is the sign test: no difference is 0."""
    random = np.random.default_rng(2)
    first, second = random.normal(size=40), random.normal(size=40)
    found = paired_difference(first, second, resamples=20_000)
    expected = scipy.stats.bootstrap(
        (first - second,), np.mean, method="percentile", n_resamples=20_000, rng=np.random.default_rng(5)
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.01)
    assert found.difference == pytest.approx(first.mean() - second.mean())
    higher = int((first > second).sum())
    assert (found.only_first, found.only_second) == (higher, 40 - higher)
    assert found.p_value == pytest.approx(scipy.stats.binomtest(higher, 40).pvalue)


def test_the_draws_are_those_of_the_counts_of_rows():
    """As a classifier's rows were always drawn: those that only the first has right, only the second, and the rest."""
    found = paired_difference(*right(50, 9, 4, 17))
    drawn = np.random.default_rng(0).multinomial(80, np.array([9, 4, 67]) / 80, size=2000)
    assert (found.low, found.high) == tuple(np.quantile((drawn[:, 0] - drawn[:, 1]) / 80, [0.025, 0.975]))


def test_where_less_is_better_the_lower_score_wins():
    """Errors 1, 2, 3, 1 against 2, 2, 1, 4: the first is closer on two rows, the second on one."""
    found = paired_difference(np.array([1.0, 2, 3, 1]), np.array([2.0, 2, 1, 4]), better="less")
    assert (found.only_first, found.only_second) == (2, 1)
    assert found.difference == pytest.approx((1 + 2 + 3 + 1 - 2 - 2 - 1 - 4) / 4)


def test_rows_that_only_one_has_right_come_by_how_much_the_two_differ():
    first, second = np.array([1, 1, 0, 1, 0, 1], bool), np.array([0, 1, 1, 0, 0, 0], bool)
    only_first, only_second = right_alone(first, second, gaps=np.array([0.1, 9.0, 0.5, 0.7, 9.0, 0.1]))
    # Rows 0 and 5 differ as much: the earlier comes first.
    assert only_first.tolist() == [3, 0, 5]
    assert only_second.tolist() == [2]
