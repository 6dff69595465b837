"""A model's answers to a stream, counted and judged."""

import datetime
from collections.abc import Sequence

from bert_tf.export.task_serving import Served, TaskServing
from bert_tf.monitoring.event_counter import EventCounter
from bert_tf.monitoring.event_times import EventTimes
from bert_tf.monitoring.events import ALL, EventBlock
from bert_tf.monitoring.monitor_remarks import series_remarks, stream_remarks
from bert_tf.monitoring.monitor_request import MonitorRequest
from bert_tf.monitoring.monitor_view import MonitorView
from bert_tf.monitoring.outcomes import outcomes_of
from bert_tf.monitoring.series_view import SeriesView, view_of
from bert_tf.monitoring.state_store import StateStore
from bert_tf.monitoring.surge_watch import SurgeWatch


class Monitor:
    """Counts the events of blocks by what the model says, and judges buckets of time that are over.

    Args:
        store: The state.
        serving: What is served of the model's task.
        name: Of the model.
        request: How it is monitored.

    Attributes:
        store: The state.
        times: Reads when events were.

    Raises:
        DataError: the model can't be monitored, or not with these labels.
    """

    def __init__(self, store: StateStore, serving: TaskServing, *, name: str, request: MonitorRequest) -> None:
        self.store, self._serving, self._name, self._request = store, serving, name, request
        self._outcomes = outcomes_of(serving, negative=request.negative, below=request.below)
        self._buckets = request.buckets
        self.times = EventTimes(request.columns.time, zone=request.zone, pattern=request.time_format)
        self._counter = EventCounter(
            store, self._buckets, negative=self._outcomes.negative, by_series=request.columns.by is not None
        )
        self._watch = SurgeWatch(
            store, self._buckets, zone=request.timezone, settings=request.alarm, view=self._series
        )

    def count(self, block: EventBlock, outputs: Served | None = None, *, beginning: str | None = None) -> None:
        """Count the events of a block in one step.

        Args:
            block: N events.
            outputs: What the model says of them; None where N is 0.
            beginning: Of a file, as of `Position`; None for a stream.
        """
        judged = self._watch.judged
        if outputs is None:
            self._counter.count(block, beginning=beginning, judged=judged)
            return
        outcomes, certainty = self._outcomes.of(self._serving, outputs)
        self._counter.count(block, outcomes, certainty, beginning=beginning, judged=judged)

    def judge(self, *, at_end: bool = False, now: float | None = None) -> None:
        """Judge the buckets that are over: those before the newest event.

        Args:
            at_end: No event follows for the time being: the bucket of the newest one is judged, too.
            now: The time, in seconds since 1970, if the stream is known to be as far; the clock's buckets are over then.
        """
        newest = self.store.counters.newest
        if newest is not None:
            moment = newest if now is None else max(newest, now)
            self._watch.judge(self._buckets.last_over(moment) + at_end)

    def is_at(self, now: float) -> bool:
        """Whether the newest event is of the bucket of a moment, or of the one before."""
        newest = self.store.counters.newest
        return newest is not None and self._buckets.of(newest) >= self._buckets.of(now) - 1

    def view(self) -> MonitorView:
        """All that is shown now."""
        series = [self._series(name) for name in sorted(self.store.series(), key=lambda name: (name != ALL, name))]
        remarks = [
            *stream_remarks(self.store.counters, timezone=self._request.timezone),
            *series_remarks(series, self._buckets),
            *(self._watch.remarks if self.store.counters.events else ()),
        ]
        return MonitorView(
            name=self._name,
            timezone=self._request.timezone,
            width=datetime.timedelta(seconds=self._buckets.seconds),
            outcomes=self._outcomes.names,
            series=series,
            alarms=self.store.alarms(),
            counters=self.store.counters,
            remarks=remarks,
            settings=self._request.shown(),
            is_judged=self._watch.judged is not None,
        )

    def _series(self, name: str, first: int | None = None, last: int | None = None) -> SeriesView:
        outcomes: Sequence[str] = self._outcomes.names
        return view_of(
            self.store,
            name,
            self._buckets,
            outcomes=tuple(outcomes),
            negative=self._outcomes.negative,
            first=first,
            last=last,
        )
