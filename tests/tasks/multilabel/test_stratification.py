import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_tf.tasks.multilabel.stratification import stratified_sets


def rows_with(shares, rows: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((rows, len(shares))) < np.array(shares)


def test_each_part_has_its_share_of_every_label():
    labels = rows_with([0.01, 0.05, 0.2, 0.5], 2000)
    parts = stratified_sets(labels, shares=[0.1, 0.2], seed=1)
    for part, share in ((0, 0.7), (1, 0.1), (2, 0.2)):
        np.testing.assert_allclose((parts == part).mean(), share, atol=0.01)
        np.testing.assert_allclose(labels[parts == part].sum(0), share * labels.sum(0), atol=3)


def test_a_draw_at_random_would_be_worse_for_a_rare_label():
    labels = rows_with([0.01, 0.3], 2000, seed=3)
    drawn = stratified_sets(labels, shares=[0.1], seed=5) == 1
    apart = abs(labels[drawn, 0].sum() - 0.1 * labels[:, 0].sum())
    random = np.random.default_rng(5)
    others = [abs(labels[random.permutation(2000)[:200], 0].sum() - 0.1 * labels[:, 0].sum()) for _ in range(200)]
    assert apart <= 1 < np.mean(others)


@settings(max_examples=30, deadline=None)
@given(rows=st.integers(3, 40), labels=st.integers(1, 5), seed=st.integers(0, 100))
def test_groups_stay_together_and_a_row_of_each_label_is_left(rows, labels, seed):
    random = np.random.default_rng(seed)
    have, groups = random.random((rows, labels)) < 0.3, random.integers(0, rows, rows)
    parts = stratified_sets(have, shares=[0.3], seed=seed, groups=groups)
    assert all(len(set(parts[groups == group])) == 1 for group in groups)
    assert (have[parts == 0].any(0) == have.any(0)).all()
    assert (parts == stratified_sets(have, shares=[0.3], seed=seed, groups=groups)).all()


def test_the_numbers_of_groups_mean_nothing():
    labels = rows_with([0.2, 0.4], 60)
    groups = np.arange(60) // 2
    renamed = (groups * 7) % 31
    first = stratified_sets(labels, shares=[0.25], seed=2, groups=groups)
    assert (first == stratified_sets(labels, shares=[0.25], seed=2, groups=renamed)).all()
    assert (first != stratified_sets(labels, shares=[0.25], seed=3, groups=groups)).any()
