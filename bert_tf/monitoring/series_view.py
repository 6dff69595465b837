"""What was counted of a series, as arrays over time."""

from dataclasses import dataclass

import numpy as np

from bert_tf.monitoring.outcomes import Outcomes
from bert_tf.monitoring.shares import wilson_intervals
from bert_tf.monitoring.state_store import StateStore
from bert_tf.monitoring.time_buckets import TimeBuckets


@dataclass(frozen=True)
class SeriesView:
    """A series: its T buckets that have events, in order of time.

    Attributes:
        name: Of the series.
        buckets: Numbers, int64 [T], rising.
        starts: When they begin, in seconds since 1970, int64 [T].
        outcomes: Events by outcome, int64 [T] each.
        events: All of them, int64 [T].
        negatives: Those of negative outcomes, int64 [T].
        low, high: Ends of the 95% Wilson interval of the share of negatives, float64 [T].
    """

    name: str
    buckets: np.ndarray
    starts: np.ndarray
    outcomes: dict[str, np.ndarray]
    events: np.ndarray
    negatives: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def share(self) -> np.ndarray:
        """Share of negatives, float64 [T]."""
        return self.negatives / self.events

    @property
    def gaps(self) -> int:
        """Buckets without an event between the first and the last."""
        return int(self.buckets[-1] - self.buckets[0]) + 1 - len(self.buckets) if len(self.buckets) else 0

    def between(self, first: int, last: int) -> "SeriesView":
        """Its buckets from one number to another."""
        taken = (self.buckets >= first) & (self.buckets <= last)
        return SeriesView(
            self.name,
            self.buckets[taken],
            self.starts[taken],
            {outcome: events[taken] for outcome, events in self.outcomes.items()},
            self.events[taken],
            self.negatives[taken],
            self.low[taken],
            self.high[taken],
        )


def view_of(
    store: StateStore,
    name: str,
    buckets: TimeBuckets,
    outcomes: Outcomes,
    *,
    first: int | None = None,
    last: int | None = None,
) -> SeriesView:
    """A series as the state has it, from bucket `first` to `last` if given.

    Args:
        store: The state.
        name: Of the series.
        buckets: Of time.
        outcomes: What events are counted as.
        first, last: Numbers of buckets.

    Raises:
        RunError: the state is damaged.
    """
    counts = store.counts(name, first=first, last=last)
    numbers = np.array(sorted({count.bucket for count in counts}), np.int64)
    found = {outcome: np.zeros(len(numbers), np.int64) for outcome in outcomes.names}
    places = {int(bucket): place for place, bucket in enumerate(numbers)}
    for count in counts:
        if count.outcome not in found:
            raise store.damaged(f"it counts {count.outcome!r}, which is no outcome of the model")
        found[count.outcome][places[count.bucket]] = count.events
    nothing = np.zeros(len(numbers), np.int64)
    events = sum(found.values(), nothing)
    negatives = sum((found[outcome] for outcome in outcomes.negative), nothing)
    low, high = wilson_intervals(negatives, events)
    starts = np.array([buckets.start(int(bucket)) for bucket in numbers], np.int64)
    return SeriesView(name, numbers, starts, found, events, negatives, low, high)
