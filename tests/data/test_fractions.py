"""The stratified draw: complete, disjoint, repeatable, each class within one row of its share."""

import time

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


rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), min_size=1, max_size=200)


@given(rows=rows, shares=shares, seed=st.integers(0, 999))
def test_a_group_is_never_on_both_sides(rows: list[tuple[int, int]], shares: list[float], seed: int) -> None:
    labels, groups = np.array(rows).T
    parts = stratified_parts(labels, groups=groups, shares=shares, seed=seed)
    for group in set(groups.tolist()):
        assert len(set(parts[groups == group].tolist())) == 1
    assert set(labels.tolist()) == set(labels[parts == 0].tolist())
    np.testing.assert_array_equal(parts, stratified_parts(labels, groups=groups, shares=shares, seed=seed))


@given(
    sizes=st.lists(st.lists(st.integers(1, 8), min_size=2, max_size=30), min_size=1, max_size=5),
    share=st.floats(0.01, 0.5),
    seed=st.integers(0, 999),
)
def test_class_shares_are_within_a_group(sizes: list[list[int]], share: float, seed: int) -> None:
    labels = np.repeat(np.arange(len(sizes)), list(map(sum, sizes)))
    groups = np.repeat(np.arange(sum(map(len, sizes))), [size for each in sizes for size in each])
    parts = stratified_parts(labels, groups=groups, shares=[share], seed=seed)
    for label, each in enumerate(sizes):
        drawn = int((parts[labels == label] == 1).sum())
        assert abs(drawn - share * sum(each)) < 1 + max(each)


@given(labels=labels, shares=shares, seed=st.integers(0, 999))
def test_rows_that_all_differ_are_drawn_as_without_groups(labels: np.ndarray, shares: list[float], seed: int) -> None:
    groups = np.random.default_rng(seed).permutation(len(labels)) * 7
    grouped = stratified_parts(labels, groups=groups, shares=shares, seed=seed)
    np.testing.assert_array_equal(grouped, stratified_parts(labels, shares=shares, seed=seed))


def test_groups_by_hand() -> None:
    # A tenth of 20 rows of each class is 2: two single rows, or a group of 2, but no group of 4.
    labels = np.repeat([0, 1], 20)
    groups = np.concatenate([np.repeat(np.arange(5), 4), 100 + np.repeat(np.arange(10), 2)])
    parts = stratified_parts(labels, groups=groups, shares=[0.1], seed=1)
    # 4 rows miss a share of 2 by as much as none does; so none is drawn from class 0.
    assert [int(parts[labels == label].sum()) for label in (0, 1)] == [0, 2]


def test_a_part_that_no_group_fits_gets_one() -> None:
    labels, groups = np.repeat([0, 1], 10), np.repeat(np.arange(4), 5)
    parts = stratified_parts(labels, groups=groups, shares=[0.1], seed=1)
    assert int(parts.sum()) == 5
    # With one group of each class none can be spared.
    assert not stratified_parts(labels, groups=labels, shares=[0.1], seed=1).any()


def test_a_million_rows_with_repeats_take_seconds_at_most() -> None:
    random = np.random.default_rng(1)
    groups = random.integers(0, 300_000, 1_000_000)
    labels = random.integers(0, 50, 300_000)[groups]
    parts = stratified_parts(labels, groups=groups, shares=[0.1, 0.1], seed=1)
    for part in (1, 2):
        assert abs(np.bincount(labels[parts == part]) / np.bincount(labels) - 0.1).max() < 0.001


def test_of_many_classes_whose_rows_stay_together_none_is_drawn_and_it_takes_no_time() -> None:
    # Each class is one group: to try them one by one, against all rows each, takes quadratic time.
    labels = np.arange(200_000) // 2
    started = time.process_time()
    assert not stratified_parts(labels, shares=[0.1], seed=1, groups=labels).any()
    assert time.process_time() - started < 2


def test_each_class_that_groups_of_others_took_gets_a_row_back() -> None:
    # A text of each group has a label of its own beside the common one.
    groups, labels = np.repeat(np.arange(50_000), 2), np.stack([np.zeros(50_000, int), np.arange(1, 50_001)], 1).ravel()
    started = time.process_time()
    parts = stratified_parts(labels, shares=[0.1], seed=1, groups=groups)
    assert set(labels[parts == 0]) == set(range(50_001))
    assert time.process_time() - started < 2
