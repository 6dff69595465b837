"""What was counted of the topics of a series, as arrays over time."""

import itertools
import operator
from dataclasses import dataclass

import numpy as np

from bert_tf.monitoring.events import TopicCounted
from bert_tf.monitoring.shares import wilson_intervals
from bert_tf.monitoring.state_store import StateStore
from bert_tf.monitoring.time_buckets import TimeBuckets


@dataclass(frozen=True)
class TopicView:
    """A topic in a series: the T buckets that have events about it, in order of time.

    Attributes:
        series: Its name.
        topic: A label of the head of topics.
        starts: When the buckets begin, in seconds since 1970, int64 [T].
        events: About the topic, int64 [T].
        negatives: The negative ones among them, int64 [T].
        low, high: Ends of the 95% Wilson interval of the share of negatives, float64 [T].
    """

    series: str
    topic: str
    starts: np.ndarray
    events: np.ndarray
    negatives: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def share(self) -> np.ndarray:
        """Share of negatives, float64 [T]."""
        return self.negatives / self.events


def topic_views(store: StateStore, series: str, buckets: TimeBuckets) -> list[TopicView]:
    """The topics of a series as the state has them, in order of their names; none where no head tells topics.

    Raises:
        RunError: the state is damaged.
    """
    counts = store.topic_counts(series)
    return [
        _view(series, topic, list(rows), buckets)
        for topic, rows in itertools.groupby(counts, key=operator.attrgetter("topic"))
    ]


def _view(series: str, topic: str, rows: list[TopicCounted], buckets: TimeBuckets) -> TopicView:
    starts = np.array([buckets.start(row.bucket) for row in rows], np.int64)
    events, negatives = (np.array([getattr(row, name) for row in rows], np.int64) for name in ("events", "negatives"))
    return TopicView(series, topic, starts, events, negatives, *wilson_intervals(negatives, events))
