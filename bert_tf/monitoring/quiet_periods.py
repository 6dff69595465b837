"""What is usual of each series, learned from a quiet period: that of the stream, or its own if it came later."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

import numpy as np

from bert_tf.detection.alarm_limits import simulate_limits
from bert_tf.detection.buckets import Buckets
from bert_tf.detection.learn_quiet import learn_quiet
from bert_tf.detection.quiet_pattern import QuietPattern
from bert_tf.detection.surge_detector import SurgeDetector
from bert_tf.errors import DataError
from bert_tf.machine import available_cores
from bert_tf.monitoring.counters import believed
from bert_tf.monitoring.series_view import SeriesView
from bert_tf.monitoring.time_buckets import TimeBuckets

QUIET_DAYS = 14
_MOST_THREADS = 4  # each takes about 100 MB for a simulation
_FAR_DAYS = 7  # between a few events with a wrong clock and the others


class QuietPeriod(NamedTuple):
    """Of a series.

    Attributes:
        series: Its name.
        first, last: Buckets.
    """

    series: str
    first: int
    last: int


class Learned(NamedTuple):
    """What became of a series.

    Attributes:
        period: That was learned from.
        detector: Judges it from then on; None where the period tells too little,
        why: and then a sentence of what is missing.
    """

    period: QuietPeriod
    detector: SurgeDetector | None
    why: str = ""


class QuietPeriods:
    """Learns from quiet periods, and finds limits for each series by simulation.

    Args:
        buckets: Of time.
        days_between: One false alarm in so many days, of all series together.
        late_buckets: That late events can change.
        stage: What takes seconds is said there.
    """

    def __init__(
        self,
        buckets: TimeBuckets,
        *,
        days_between: float,
        late_buckets: int,
        stage: Callable[[str], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._buckets, self._days_between, self._late_buckets = buckets, days_between, late_buckets
        self._stage = stage

    def learn(self, views: Sequence[SeriesView], period: tuple[int, int], *, sharing: int) -> list[Learned]:
        """What became of each of these series in one period, in their order.

        Args:
            views: Of the period, each with a bucket at least.
            period: Its first and its last bucket.
            sharing: How many series share the rate of false alarms.
        """
        whys, patterns = dict[str, str](), list[tuple[str, QuietPattern, Buckets]]()
        for view in views:
            try:
                quiet = self._quiet(view)
                patterns.append((view.name, learn_quiet(quiet), quiet))
            except DataError as problem:
                whys[view.name] = problem.what
        detectors = self._detectors(patterns, sharing)
        return [
            Learned(QuietPeriod(view.name, *period), detectors.get(view.name), whys.get(view.name, ""))
            for view in views
        ]

    def _quiet(self, view: SeriesView) -> Buckets:
        nothing = np.zeros(len(view.buckets))
        return Buckets(
            view.starts, self._buckets.seconds, view.events, view.negatives, nothing, str(self._buckets.zone)
        )

    def _detectors(
        self, patterns: Sequence[tuple[str, QuietPattern, Buckets]], sharing: int
    ) -> dict[str, SurgeDetector]:
        def detector(learned: tuple[str, QuietPattern, Buckets]) -> SurgeDetector:
            _, pattern, quiet = learned
            limits = simulate_limits(pattern, quiet, days=self._days_between, series=sharing)
            return SurgeDetector(pattern, limits, late_buckets=self._late_buckets)

        if not patterns:
            return {}
        names = [name for name, *_ in patterns]
        named = names[0] if len(names) == 1 else f"{len(names)} series"
        threads_at_once = min(available_cores(), _MOST_THREADS)
        # NumPy computes outside of Python's lock, so that series are simulated beside each other.
        with self._stage(f"simulating normal time for {named}"), ThreadPoolExecutor(threads_at_once) as threads:
            return dict(zip(names, threads.map(detector, patterns), strict=True))

    def later(
        self, views: Sequence[SeriesView], last: int, *, before: int, places: int, known: int
    ) -> Iterator[Learned]:
        """What became of series that came later, whose own quiet period is over, in order of its end.

        It is the first 14 days of the series; where these tell too little, the first 28, and so on. Of the rate of
        false alarms, one place was kept for all of them: the k-th gets the 1 / k (k + 1) of it, so that all together
        never have more than that place.

        Args:
            views: Of series without a detector, up to the last bucket.
            last: The last bucket that is over.
            before: Ends before this bucket have been tried.
            places: That the rate was divided into, of which one is for these.
            known: How many of these series have a detector.
        """
        waiting = [
            (self.end(first), -int(view.events.sum()), view.name, first, view)
            for view in views
            if (first := first_bucket(view, self._buckets)) is not None
        ]
        heapq.heapify(waiting)
        while waiting and waiting[0][0] <= last:
            end, size, name, first, view = heapq.heappop(waiting)
            found = None
            if end >= before:
                sharing = places * (known + 1) * (known + 2)
                (found,) = self.learn([view.between(first, end)], (first, end), sharing=sharing)
                known += found.detector is not None
                yield found
            if found is None or found.detector is None:
                heapq.heappush(waiting, (end + self._length, size, name, first, view))

    def end(self, first: int) -> int:
        """Last bucket of a quiet period of 14 days."""
        return first + self._length - 1

    @property
    def _length(self) -> int:
        return QUIET_DAYS * self._buckets.per_day


def first_bucket(view: SeriesView, buckets: TimeBuckets) -> int | None:
    """The bucket that a series begins with; None without one.

    A few events that lie more than a week before all others have a wrong clock (`believed`), and don't begin it.
    """
    if not len(view.buckets):
        return None
    counts, far = np.cumsum(view.events), _FAR_DAYS * buckets.per_day
    # Where a stretch without a gap begins, and how many events lie before it.
    begins = np.flatnonzero(np.diff(view.buckets) > far) + 1
    before = counts[begins - 1]
    stray = begins[before < believed(int(counts[-1]))]
    return int(view.buckets[stray[-1] if len(stray) else 0])
