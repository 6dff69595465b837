from collections import Counter

import numpy as np

from bert_tf.monitoring.counters import Counters
from bert_tf.monitoring.monitor_remarks import series_remarks, stream_remarks
from bert_tf.monitoring.series_view import SeriesView
from bert_tf.monitoring.time_buckets import TimeBuckets


def view(events, negatives, *, name="(all)", buckets=None):
    numbers = np.arange(len(events)) if buckets is None else np.array(buckets)
    zeros = np.zeros(len(events))
    return SeriesView(name, numbers, 3600 * numbers, {}, np.array(events), np.array(negatives), zeros, zeros)


def of_series(*views):
    return list(series_remarks(views, TimeBuckets(3600)))


def test_nothing_to_say():
    assert list(stream_remarks(Counters(events=100, zoned=100, repeats=1), timezone="UTC")) == []
    assert of_series(view([50, 60], [10, 20])) == []


def test_what_is_said_of_a_stream():
    counters = Counters(
        events=100,
        refused=Counter({"unreadable time": 3}),
        late=1,
        duplicates=2,
        repeats=2,
        naive=4,
        zoned=96,
        ahead=[9.0],
    )
    assert list(stream_remarks(counters, timezone="UTC")) == [
        "3 rows could not be counted: unreadable time 3. Times in another format need --time-format.",
        "Of the times, 4 had no time zone and 96 had one; the first were read as UTC, which --timezone changes.",
        "2 events skipped, because the id was already counted.",
        "2 events repeated an earlier one in time, series and text; if these were delivered twice, name the column of "
        "their id with --id.",
        "1 event had a time more than a day ahead of all others: counted there, but not taken as the "
        "current time of the stream.",
        "1 event came too late to be tested; a longer --late would include them.",
    ]


def test_a_single_event_is_ahead_of_nobody():
    assert list(stream_remarks(Counters(events=1, zoned=1, ahead=[9.0]), timezone="UTC")) == []


def test_three_events():
    assert of_series(view([1, 2], [0, 1])) == ["Too few events to detect a change: (all) (3)."]


def test_all_of_one_mood():
    assert of_series(view([40], [40])) == ["All events are negative, so no usual share is known: (all)."]
    names = [view([40], [0], name=name) for name in "ABCDEFG"]
    assert of_series(*names) == ["All events are not negative, so no usual share is known: A, B, C, D, E and 2 more."]


def test_a_stream_that_stops_or_floods():
    events = [10, 12, 9, 11, 10, 10, 130, 101]
    found = of_series(view(events, [5] * 8, buckets=[0, 1, 2, 3, 4, 5, 8, 9]))
    assert found == [
        "2 of 10 buckets of time have no event.",
        "1 bucket of time has more than 10 times the usual 10 events; the most at 1970-01-01 08:00: 130.",
    ]
