import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.data.histories import Events, histories_of, latest_parts


def events(rows):
    users, times, items = (np.array(column) for column in zip(*rows, strict=True))
    return Events(users.astype(np.int64), times.astype(np.float64), 2), items.astype(np.int32)


def histories(*splits):
    found = [events(rows) for rows in splits]
    return histories_of([each for each, _ in found], [items for _, items in found])


def test_what_the_same_user_did_earlier_is_a_history_whatever_the_order_of_the_rows():
    # Time runs backwards for user 1.
    found = histories([(1, 30, 7), (2, 5, 8), (1, 20, 6), (1, 10, 5)])
    assert [row.tolist() for row in found.whole] == [[5, 6], [], [5], []]
    assert found.newest(3).tolist() == [[6, 5, 0], [0, 0, 0], [5, 0, 0], [0, 0, 0]]
    assert found.newest(1).tolist() == [[6], [0], [5], [0]]
    assert found.lengths.tolist() == [2, 0, 1, 0]


def test_how_long_ago_what_is_read_was():
    found = histories([(1, 30, 7), (2, 5, 8), (1, 20, 6), (1, 10.5, 5)])
    assert found.ages(3).tolist() == [[10, 19.5, 0], [0, 0, 0], [9.5, 0, 0], [0, 0, 0]]
    assert found[np.array([2])].ages(1).tolist() == [[9.5]]


def test_of_one_time_none_is_before_the_other():
    found = histories([(1, 10, 5), (1, 20, 6), (1, 20, 7), (1, 30, 8)])
    assert [sorted(row.tolist()) for row in found.whole] == [[], [5], [5], [5, 6, 7]]


def test_the_events_of_splits_before_count_and_rows_can_be_taken():
    found = histories([(1, 10, 5), (2, 10, 9)], [(2, 20, 6), (1, 20, 7), (1, 25, 8)])
    assert [row.tolist() for row in found.whole] == [[9], [5], [5, 7]]
    assert [row.tolist() for row in found[np.array([2, 0])].whole] == [[5, 7], [9]]
    assert len(found[:1]) == 1


rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6), st.integers(1, 9)), min_size=1, max_size=40)


@given(rows)
def test_a_history_is_what_a_loop_finds(made):
    found = [sorted(row.tolist()) for row in histories(made).whole]
    assert found == [sorted(item for who, when, item in made if who == user and when < time) for user, time, _ in made]


@given(st.lists(st.integers(0, 20), min_size=1, max_size=60), st.sampled_from([[0.2], [0.2, 0.3], [0.1, 0.1]]))
def test_no_part_begins_before_the_one_before_it_has_ended(times, shares):
    times = np.array(times, np.float64)
    parts = latest_parts(times, shares)
    for earlier in range(len(shares)):
        for later in range(earlier + 1, len(shares) + 1):
            before, behind = times[parts == earlier], times[parts == later]
            assert not len(before) or not len(behind) or before.max() < behind.min()
    # Where all times differ, a part has its share.
    if len(np.unique(times)) == len(times):
        for number, share in enumerate(shares, start=1):
            assert (parts == number).sum() == round(share * len(times))


def test_the_last_share_is_the_latest():
    assert latest_parts(np.array([5.0, 1, 4, 2, 3]), [0.2, 0.4]).tolist() == [2, 0, 2, 0, 1]
    assert latest_parts(np.array([1.0, 2, 3, 3]), [0.25]).tolist() == [0, 0, 1, 1]
    assert latest_parts(np.ones(3), [0.1]).tolist() == pytest.approx([0, 0, 0])
