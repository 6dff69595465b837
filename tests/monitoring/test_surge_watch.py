"""Days of 200 events with 60 negative ones, and what comes after them. The statistics have tests of their own."""

import dataclasses

import numpy as np
import pytest

from bert_tf.detection.confusion import ConfusionMatrix
from bert_tf.monitoring import surge_watch
from bert_tf.monitoring.event_counter import CHANGED
from bert_tf.monitoring.events import ALL
from bert_tf.monitoring.outcomes import LabelOutcomes
from bert_tf.monitoring.series_view import view_of
from bert_tf.monitoring.state_store import Count, StateStore, Text
from bert_tf.monitoring.surge_watch import AlarmSettings, SurgeWatch
from bert_tf.monitoring.time_buckets import TimeBuckets

DAYS = TimeBuckets(86_400)
FIRST = 20_000  # a day in 2024
QUIET = 60
SETTINGS = AlarmSettings(days_between=100, late=2 * 86_400, quiet_until=float((FIRST + QUIET) * 86_400))


@pytest.fixture
def store(tmp_path):
    with StateStore(tmp_path, {}) as store:
        yield store


def watch(store, *, settings=SETTINGS, errors=None):
    def view(name, first, last):
        return view_of(store, name, DAYS, LabelOutcomes(("bad", "good"), ["bad"]), first=first, last=last)

    return SurgeWatch(store, DAYS, settings=settings, view=view, errors=errors)


def put(store, negatives, *, first=FIRST, series=ALL):
    """Days of 200 events."""
    with store.step():
        for day, count in enumerate(negatives, first):
            store.add([Count(series, day, "bad", int(count)), Count(series, day, "good", 200 - int(count))])


@pytest.fixture(scope="session")
def usual():
    return np.random.default_rng(5).binomial(200, 0.3, QUIET)


def test_nothing_is_judged_before_the_quiet_period_is_over(store, usual):
    put(store, usual[:-1])
    found = watch(store)
    found.judge(FIRST + QUIET - 2)
    assert found.judged is None
    assert found.remarks == ["The quiet period is not over yet; alarms need it for comparison."]


def test_a_surge_is_found_and_ends_and_a_later_process_knows(store, usual):
    put(store, [*usual, 62, 58, 120])
    with store.step():
        store.keep_texts(ALL, FIRST + QUIET + 2, [Text(0.9, "worst"), Text(0.8, "bad")], most=10)
        store.keep_texts(ALL, FIRST + QUIET + 1, [Text(0.99, "before")], most=10)
    errors = ConfusionMatrix(("negative", "other"), ((90, 10), (10, 90)))
    found = watch(store, errors=errors)
    found.judge(FIRST + QUIET + 1)
    assert store.alarms() == []
    found.judge(FIRST + QUIET + 2)
    (alarm,) = store.alarms()
    assert (alarm["series"], alarm["number"], alarm["state"]) == (ALL, 1, "raised")
    assert alarm["since"].startswith(DAYS.time(FIRST + QUIET + 2).isoformat())
    assert (alarm["negatives"], alarm["texts"]) == (120, 200)
    assert alarm["share"]["value"] == pytest.approx(0.6)
    assert alarm["examples"] == ["worst", "bad"]
    # Rogan & Gladen: (0.6 + 0.9 - 1) / (0.9 + 0.9 - 1).
    assert alarm["corrected"]["since"]["value"] == pytest.approx(0.625)
    put(store, [60] * 12, first=FIRST + QUIET + 3)
    later = watch(store)
    later.judge(FIRST + QUIET + 14)
    (alarm,) = store.alarms()
    assert alarm["state"] == "ended"
    assert alarm["corrected"] is None
    assert later.judged.last == FIRST + QUIET + 14


def test_late_events_withdraw_an_alarm(store, usual):
    put(store, [*usual, 120])
    found = watch(store)
    found.judge(FIRST + QUIET)
    assert [alarm["state"] for alarm in store.alarms()] == ["raised"]
    with store.step():  # 800 late events of that day, most of them not negative
        store.add([Count(ALL, FIRST + QUIET, "bad", 180), Count(ALL, FIRST + QUIET, "good", 620)])
        store.keep_fact(CHANGED, [[ALL, FIRST + QUIET]])
    watch(store).judge(FIRST + QUIET)
    assert [alarm["state"] for alarm in store.alarms()] == ["withdrawn"]
    assert store.fact(CHANGED) == []


def test_why_series_are_not_judged(store, usual):
    put(store, usual)
    put(store, usual, series="A")
    put(store, [200] * QUIET, series="sad")
    put(store, [1], series="new")
    put(store, [1], series="new too")
    found = watch(store)
    found.judge(FIRST + QUIET)
    assert sorted(store.detectors()) == [ALL, "A"]
    put(store, [60], first=FIRST + QUIET + 1, series="late")
    new, sad, late = sorted(found.remarks)[1], sorted(found.remarks)[2], sorted(found.remarks)[0]
    assert new.startswith("new, new too have no alarm: The quiet period has 1 bucket")
    assert sad.startswith("sad has no alarm: All 12,000 texts of the quiet period are negative")
    assert late.startswith("late came after the quiet period and has no alarm yet")


def test_series_too_small_for_an_alarm_are_one_sentence_however_many(store, usual, monkeypatch):
    monkeypatch.setattr(surge_watch, "MOST_WATCHED", 1)
    put(store, usual)
    for number in range(7):
        put(store, [100 - number], series=f"s{number}")
    found = watch(store)
    found.judge(FIRST + QUIET)
    assert found.remarks == ["Only the 1 largest series have an alarm; not s0, s1, s2, s3, s4 and 2 more."]


def test_a_wrong_clock_does_not_begin_the_quiet_period(store, usual):
    store.add([Count(ALL, 0, "bad", 1)])
    put(store, usual[:13])
    found = watch(store, settings=dataclasses.replace(SETTINGS, quiet_until=None))
    found.judge(FIRST + 12)
    assert found.judged is None
    put(store, usual[13:15], first=FIRST + 13)
    found.judge(FIRST + 14)
    assert found.judged.last == FIRST + 14
    assert found.judged.final == FIRST + 13  # the last day of the quiet period
    assert found.remarks[0] == "1 event with a time long before all others did not start the quiet period."


def daily(share, days, seed):
    return np.random.default_rng(seed).binomial(200, share, days)


@pytest.fixture
def late_series(store, usual):
    """One that comes ten days after the quiet period, and whose share surges 20 days later, as that of all events."""
    put(store, [*usual, *daily(0.3, 40, 1)])
    put(store, usual, series="A")
    put(store, [*daily(0.2, 20, 2), *[110] * 3], first=FIRST + QUIET + 10, series="late")
    return FIRST + QUIET + 10


def test_a_series_that_comes_later_has_a_quiet_period_of_its_own(store, late_series):
    found = watch(store)
    found.judge(late_series + 12)
    assert "late" not in store.detectors()
    found.judge(late_series + 13)
    assert store.detectors()["late"]["pattern"]["texts"] == 14 * 200
    assert found.remarks == []
    for day in range(late_series + 14, late_series + 23):
        found.judge(day)
    (alarm,) = store.alarms("late")
    assert alarm["since"].startswith(DAYS.time(late_series + 20).isoformat())
    # Two series, and a place for later ones, of which the first gets a half.
    assert store.detectors()["late"]["limits"]["series"] == 3 * 2
    assert store.detectors()[ALL]["limits"]["series"] == 3


def test_a_stream_that_is_judged_day_by_day_and_one_at_its_end_come_to_the_same(store, late_series, tmp_path):
    by_day = watch(store)
    for day in range(FIRST + QUIET - 1, late_series + 23):
        by_day.judge(day)
    with StateStore(tmp_path / "whole", {}) as whole:
        for series in store.series():
            whole.add(store.counts(series))
        watch(whole).judge(late_series + 22)
        assert whole.detectors() == store.detectors()
        assert whole.alarms() == store.alarms()
        assert whole.alarms("late")


def test_late_events_in_the_quiet_period_of_a_later_series_are_not_judged(store, late_series):
    found = watch(store, settings=dataclasses.replace(SETTINGS, late=20 * 86_400))
    found.judge(late_series + 15)
    with store.step():
        store.add([Count("late", late_series + 5, "bad", 500)])
        store.keep_fact(CHANGED, [["late", late_series + 5]])
    found.judge(late_series + 16)
    assert [bucket["start"] // 86_400 - late_series for bucket in store.detectors()["late"]["recent"]] == [14, 15, 16]


@pytest.mark.parametrize("moved, only_mix", [(True, True), (False, False)])
def test_an_alarm_says_whether_only_the_mix_of_topics_changed(store, usual, moved, only_mix):
    put(store, [*usual, 120, 120])
    # Of 100 texts about bags 50 are negative, of 100 about crews 10; then all are about bags, or more of both are.
    later = {"bag": (400, 200)} if moved else {"bag": (200, 150), "crew": (200, 90)}
    with store.step():
        for day in range(QUIET):
            store.add_topics([(ALL, FIRST + day, "bag", 100, 50), (ALL, FIRST + day, "crew", 100, 10)])
        store.add_topics((ALL, FIRST + QUIET, topic, *counts) for topic, counts in later.items())
        # What is counted behind the last bucket that spoke for the surge is none of it.
        store.add_topics([(ALL, FIRST + QUIET + 2, "bag", 1000, 0)])
    watch(store).judge(FIRST + QUIET + 2)
    (alarm,) = store.alarms()
    assert (alarm["state"], alarm["until"]) == ("raised", DAYS.time(FIRST + QUIET + 2).isoformat())
    topics = alarm["topics"]
    assert topics["only_mix"] is only_mix
    # Kitagawa: shares of topics move by half, or shares of negatives within them do.
    assert topics["mix"]["value"] == pytest.approx(0.5 * 0.5 - 0.5 * 0.1 if moved else 0)
    assert topics["mood"]["value"] == pytest.approx(0 if moved else 0.5 * 0.25 + 0.5 * 0.35)
