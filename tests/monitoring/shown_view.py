"""A view with two series, and an alarm of one of them."""

import datetime
from collections import Counter

import numpy as np

from bert_tf.monitoring.counters import Counters
from bert_tf.monitoring.monitor_view import MonitorView
from bert_tf.monitoring.series_view import SeriesView

ALARM = {
    "series": "<A>", "number": 1, "raised": "1970-01-03T00:00:00+00:00", "since": "1970-01-02T00:00:00+00:00",
    "ended": None, "texts": 10, "negatives": 8, "before": {"value": 0.3, "low": 0.2, "high": 0.4},
    "share": {"value": 0.8, "low": 0.5, "high": 0.9}, "difference": {"value": 0.5, "low": 0.2, "high": 0.6},
    "days_between": 1234.5, "provisional": False, "state": "raised", "examples": ["<script>alert(1)</script>"],
    "corrected": {"quiet": {"value": 0.25, "low": 0.2, "high": 0.3}, "since": {"value": 0.9, "low": 0.6, "high": 1.0}},
}  # fmt: skip


def series(name, events, negatives, buckets):
    numbers = np.array(buckets)
    counts = {"bad": np.array(negatives), "good": np.array(events) - np.array(negatives)}
    shares = np.array(negatives) / np.array(events)
    return SeriesView(
        name, numbers, numbers * 86_400, counts, np.array(events), np.array(negatives), shares / 2, (1 + shares) / 2
    )


def view(*alarms, **changes):
    values = {
        "name": "mood", "timezone": "UTC", "width": datetime.timedelta(days=1), "outcomes": ("bad", "good"),
        "series": [series("(all)", [20, 10, 5], [4, 6, 1], [0, 1, 4]), series("<A>", [10, 10], [2, 8], [0, 1])],
        "alarms": alarms, "remarks": ["See `--late`."], "settings": [("width of a bucket", "1 day")], "is_judged": True,
        "counters": Counters(events=35, refused=Counter({"unreadable time": 2}), late=3, duplicates=4, newest=345609.0),
    }  # fmt: skip
    return MonitorView(**{**values, **changes})
