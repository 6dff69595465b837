import numpy as np
import pytest

from bert_tf.monitoring import event_counter
from bert_tf.monitoring.answer_reader import ReadAnswers
from bert_tf.monitoring.event_counter import CHANGED, OTHERS, EventCounter, Judged
from bert_tf.monitoring.events import ALL, Event, EventBlock, Position
from bert_tf.monitoring.state_store import Count, StateStore, Text
from bert_tf.monitoring.time_buckets import TimeBuckets

HOURS = TimeBuckets(3600)


@pytest.fixture
def store(tmp_path):
    with StateStore(tmp_path, {}) as store:
        yield store


def counter(store, *, by_series=True):
    return EventCounter(store, HOURS, negative=frozenset({"bad"}), by_series=by_series)


def bad(count):
    return ReadAnswers(["bad"] * count, [0.5] * count)


def block_of(*events, texts=None):
    """(hour, series, id) each."""
    found = [Event(3600.0 * hour + 1, series, identity, False) for hour, series, identity in events]
    return EventBlock(
        "f",
        (),
        texts=list(texts or [b"t"] * len(found)),
        events=found,
        last=len(found),
        positions={"f": Position(len(found), "h")},
    )


def test_events_are_counted_by_series_and_altogether(store):
    counter(store).count(
        block_of((1, "A", None), (1, "B", None), (2, "A", None), texts=[b"x", b" y \n y", b"z"]),
        ReadAnswers(["bad", "bad", "good"], np.array([0.9, 0.8, 0.1])),
    )
    assert store.counts("A") == [Count("A", 1, "bad", 1), Count("A", 2, "good", 1)]
    assert store.counts("B") == [Count("B", 1, "bad", 1)]
    assert store.counts(ALL) == [Count(ALL, 1, "bad", 2), Count(ALL, 2, "good", 1)]
    assert store.texts(ALL, first=1, last=2, most=9) == [Text(0.9, "x"), Text(0.8, "y y")]
    assert store.positions() == {"f": Position(3, "h")}
    assert (store.counters.events, store.counters.newest, store.counters.zoned) == (3, 7201.0, 3)
    assert store.topics(ALL, first=1, last=2) == {}


def test_an_id_counts_once_over_blocks_and_processes(store):
    counter(store).count(block_of((1, "A", b"1"), (1, "A", b"1"), (1, "A", b"2")), bad(3))
    counter(store).count(block_of((1, "A", b"2"), (1, "A", b"3")), bad(2))
    assert store.counts("A") == [Count("A", 1, "bad", 3)]
    assert (store.counters.events, store.counters.duplicates, store.counters.repeats) == (3, 2, 0)


def test_known_events_are_taken_out_before_a_model_answers_them(store):
    found = counter(store)
    found.count(block_of((1, "A", b"1")), bad(1))
    block = block_of((1, "A", b"1"), (1, "A", b"2"), (1, "A", None), texts=[b"x", b"y", b"z"])
    found.leave_out_known(block)
    assert block.texts == [b"y", b"z"]
    found.count(block, bad(2))
    assert (store.counters.events, store.counters.duplicates) == (3, 1)


def test_without_ids_what_repeats_itself_counts_and_is_told(store):
    counter(store).count(block_of((1, "A", None), (1, "A", None), (2, "A", None)), bad(3))
    assert (store.counters.events, store.counters.repeats) == (3, 1)


def test_late_events_change_what_was_judged_or_come_too_late(store):
    found = counter(store)
    events = block_of((1, "A", None), (4, "A", None), (5, "A", None), (6, "A", None))
    found.count(events, bad(4), judged=Judged(last=5, final=3))
    assert store.counters.late == 1
    assert store.fact(CHANGED) == [[ALL, 4], [ALL, 5], ["A", 4], ["A", 5]]
    found.count(block_of((5, "B", None)), bad(1), judged=Judged(last=5, final=3))
    assert ["B", 5] in store.fact(CHANGED)
    assert ["A", 4] in store.fact(CHANGED)


def test_too_many_names_are_counted_together(store, monkeypatch):
    monkeypatch.setattr(event_counter, "MOST_SERIES", 2)
    events = block_of(*((1, name, None) for name in "ABCDA"))
    counter(store).count(events, bad(5))
    assert store.series() == [ALL, OTHERS, "A", "B"]
    assert store.counts(OTHERS) == [Count(OTHERS, 1, "bad", 2)]


def test_a_later_process_has_room_for_as_many_names(store, monkeypatch):
    monkeypatch.setattr(event_counter, "MOST_SERIES", 2)
    for name in "ABC":
        counter(store).count(block_of((1, name, None)), bad(1))
    assert store.series() == [ALL, OTHERS, "A", "B"]


def test_without_series_all_are_one(store):
    counter(store, by_series=False).count(block_of((1, ALL, None)), bad(1))
    assert store.series() == [ALL]


def test_events_are_counted_by_topic_with_the_negative_ones(store):
    block = block_of((1, "A", None), (1, "A", None), (2, "B", None))
    answers = ReadAnswers(["bad", "good", "bad"], [0.5] * 3, ["bag", "bag", "crew"])
    counter(store).count(block, answers)
    counter(store).count(block_of((2, "A", None)), ReadAnswers(["good"], [0.1], ["bag"]))
    assert store.topics(ALL, first=1, last=2) == {"bag": (3, 1), "crew": (1, 1)}
    assert store.topics("A", first=2, last=2) == {"bag": (1, 0)}
