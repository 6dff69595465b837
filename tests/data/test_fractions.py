"""The stratified draw: complete, disjoint, repeatable, each class within one row of its share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.fractions import stratified_parts

labels = st.lists(st.integers(0, 6), min_size=1, max_size=300).map(np.array)
shares = st.lists(st.floats(0.01, 0.49), min_size=1, max_size=2)


@given(labels=labels, shares=shares, seed=st.integers(0, 2**32 - 1))
def test_class_shares_are_within_one_row_and_no_class_is_used_up(
    labels: np.ndarray, shares: list[float], seed: int
) -> None:
    parts = stratified_parts(labels, shares=shares, seed=seed)
    assert parts.shape == labels.shape
    assert set(parts.tolist()) <= set(range(len(shares) + 1))
    for label in set(labels.tolist()):
        size = int((labels == label).sum())
        for number, share in enumerate(shares, start=1):
            assert abs(int((parts[labels == label] == number).sum()) - size * share) < 1 + 1e-6
        assert (parts[labels == label] == 0).any()


@given(sizes=st.lists(st.integers(20, 60), min_size=1, max_size=6), share=st.floats(0.05, 0.5), seed=st.integers(0, 99))
def test_the_whole_part_has_its_share_too(sizes: list[int], share: float, seed: int) -> None:
    parts = stratified_parts(np.repeat(np.arange(len(sizes)), sizes), shares=[share], seed=seed)
    assert abs(int(parts.sum()) - sum(sizes) * share) <= 0.5 + 1e-6


def test_by_hand() -> None:
    # 10 % of 12, 15, 29 and 1: 1.2, 1.5, 2.9 and 0.1 rows, 5.7 together and so 6: the largest remainders round up.
    labels = np.repeat([0, 1, 2, 3], [12, 15, 29, 1])
    parts = stratified_parts(labels, shares=[0.1], seed=1)
    assert [int(parts[labels == label].sum()) for label in range(4)] == [1, 2, 3, 0]


def test_binary_fractions_lose_no_row() -> None:
    # 0.29 * 100 is 28.999999999999996 in floating point.
    assert int(stratified_parts(np.zeros(100, np.int32), shares=[0.29], seed=1).sum()) == 29


def test_the_seed_decides_and_nothing_else() -> None:
    labels = np.arange(1000) % 4
    first, again, other = (stratified_parts(labels, shares=[0.1, 0.1], seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("order", ["sorted", "mixed"])
def test_a_class_is_drawn_from_all_over(order: str) -> None:
    labels = np.repeat([0, 1], 500) if order == "sorted" else np.arange(1000) % 2
    drawn = np.flatnonzero(stratified_parts(labels, shares=[0.2], seed=3))
    assert (drawn[:100] < 500).all()
    assert np.abs(np.histogram(drawn, bins=4, range=(0, 1000))[0] - 50).max() < 25
