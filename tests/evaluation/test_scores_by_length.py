import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.evaluation.scores_by_length import scores_by_length


def test_groups_of_like_size_by_hand():
    lengths = np.arange(1, 61)
    groups = scores_by_length((lengths <= 20).astype(float), lengths, is_share=True, groups=3)
    assert [(group.shortest, group.longest, group.rows, group.score) for group in groups] == [
        (1, 20, 20, 1.0),
        (21, 40, 20, 0.0),
        (41, 60, 20, 0.0),
    ]


def test_the_interval_is_wilsons():
    # Wilson (1927) for 8 of 10 at z = 1.959964: (8 + z²/2) / (10 + z²) ± z / (10 + z²) · √(10 · 0.8 · 0.2 + z²/4).
    (group,) = scores_by_length((np.arange(10) < 8).astype(float), np.full(10, 7), is_share=True)
    z = 1.959964
    middle, spread = (8 + z * z / 2) / (10 + z * z), z / (10 + z * z) * np.sqrt(1.6 + z * z / 4)
    assert (group.low, group.high) == pytest.approx((middle - spread, middle + spread), abs=1e-6)


def test_the_interval_of_a_mean_is_students():
    # Mean 5.5, standard deviation √(82.5 / 9), and 2.262157 standard errors either way (Student's table, 9 degrees).
    (group,) = scores_by_length(np.arange(1.0, 11.0), np.full(10, 7), is_share=False)
    spread = 2.262157 * np.sqrt(82.5 / 9 / 10)
    assert group.score == 5.5
    assert (group.low, group.high) == pytest.approx((5.5 - spread, 5.5 + spread), abs=1e-6)


@pytest.mark.parametrize("rows", [1, 4])
def test_equal_scores_have_no_interval(rows):
    (group,) = scores_by_length(np.full(rows, 0.5), np.full(rows, 7), is_share=False)
    assert (group.low, group.score, group.high) == (0.5, 0.5, 0.5)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=200))
def test_every_row_is_in_one_group_and_equal_lengths_stay_together(lengths):
    groups = scores_by_length(np.ones(len(lengths)), np.array(lengths), is_share=True)
    assert sum(group.rows for group in groups) == len(lengths)
    assert 1 <= len(groups) <= 6
    assert all(one.longest < next_.shortest for one, next_ in itertools.pairwise(groups))
