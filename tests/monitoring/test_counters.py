import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.monitoring.counters import LEAP, Counters, believed

DAY = 86_400.0


def seen(*days):
    counters = Counters()
    for day in days:
        counters.events += 1
        counters.see(day * DAY)
    return counters


@pytest.mark.parametrize("stray", [0, 1, 5, 19])
def test_one_event_far_ahead_does_not_move_the_stream_s_time(stray):
    days = [10 + number / 10 for number in range(20)]
    days[stray] = 400.0
    found = seen(*days)
    assert found.newest == max(day for day in days if day < 400) * DAY
    assert found.ahead == [400 * DAY]


def test_one_event_far_behind_neither():
    assert seen(-5000, 10, 10.1, 10.2, 10.3).newest == 10.3 * DAY


def test_after_a_gap_a_few_events_that_agree_are_believed():
    assert seen(1, 1.1, 1.2, 9).newest == 1.2 * DAY
    assert seen(1, 1.1, 1.2, 9, 9.1).newest == 1.2 * DAY
    resumed = seen(1, 1.1, 1.2, 9, 9.1, 9.2)
    assert (resumed.newest, resumed.ahead) == (9.2 * DAY, [])


def test_a_stray_before_a_gap_does_not_help_the_others_to_be_believed_as_far_as_it():
    found = seen(1, 1.1, 1.2, 400, 9, 9.1)
    assert (found.newest, found.ahead) == (9.1 * DAY, [400 * DAY])


@given(st.lists(st.integers(0, 300), min_size=3, max_size=60))
def test_in_whatever_order_they_come_too_few_events_are_left_ahead(days):
    found = seen(*days)
    assert found.newest in {day * DAY for day in days}
    ahead = [day for day in days if day * DAY > found.newest + LEAP]
    assert len(ahead) < believed(len(days))
    assert found.ahead == sorted(day * DAY for day in ahead)


def test_how_many_have_to_agree():
    assert [believed(events) for events in (1, 3000, 3001, 50_000, 10**9)] == [3, 3, 4, 50, 100]


def test_json_keeps_all_of_it():
    counters = seen(1, 1, 1, 50)
    assert Counters.of_json(counters.as_json()) == counters
