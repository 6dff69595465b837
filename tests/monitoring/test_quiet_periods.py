import numpy as np
import pytest

from bert_tf.monitoring.quiet_periods import QuietPeriods, first_bucket
from bert_tf.monitoring.series_view import SeriesView
from bert_tf.monitoring.time_buckets import TimeBuckets

DAYS = TimeBuckets(86_400)


def view(name, counts, *, negatives=None):
    """Events by bucket, of which 3 in 10 are negative unless it is said."""
    buckets, events = np.array(list(counts)), np.array(list(counts.values()))
    bad = (0.3 * events).astype(np.int64) if negatives is None else np.array(negatives)
    zeros = np.zeros(len(buckets))
    return SeriesView(name, buckets, buckets * 86_400, {"bad": bad, "good": events - bad}, events, bad, zeros, zeros)


@pytest.mark.parametrize(
    "counts, first",
    [
        ({}, None),
        ({5: 1, 6: 10}, 5),
        ({-900: 1, 5: 10, 6: 10}, 5),
        ({-900: 1, -600: 1, 5: 10, 6: 10}, 5),
        ({-900: 3, 5: 10, 6: 10}, -900),  # three agree
        ({-900: 8, 5: 10_000}, 5),  # of so many, ten have to
        ({-1: 1, 5: 10}, -1),  # six days are a gap
        ({5: 10, 900: 1}, 5),
    ],
)
def test_a_few_events_far_before_all_others_do_not_begin_a_series(counts, first):
    assert first_bucket(view("A", counts), DAYS) == first


def later(views, last, **more):
    periods = QuietPeriods(DAYS, days_between=100, late_buckets=0)
    return list(periods.later(views, last, **{"before": 0, "places": 3, "known": 0, **more}))


def test_later_series_share_one_place_and_each_gets_less_than_the_one_before():
    steady = [view(name, dict.fromkeys(range(first, first + 40), 100)) for name, first in (("B", 12), ("A", 10))]
    found = later(steady, 40)
    assert [one.period for one in found] == [("A", 10, 23), ("B", 12, 25)]
    shares = [one.detector.state()["limits"]["series"] for one in found]
    assert shares == [3 * 1 * 2, 3 * 2 * 3]
    assert [one.period.series for one in later(steady, 24)] == ["A"]
    assert later(steady, 24, before=24) == []


def test_where_14_days_tell_too_little_28_are_taken():
    found = later([view("A", dict.fromkeys(range(10, 40, 4), 10))], 37)
    assert [(one.period.last, one.why[:34]) for one in found] == [
        (23, "The quiet period has 4 buckets wit"),
        (37, ""),
    ]
    assert found[1].detector.pattern.texts == 70
