"""A model's answers to a stream, counted and judged."""

import dataclasses
import datetime
import functools

from rich.console import Console

from bert_tf.export.task_serving import Served, TaskServing
from bert_tf.monitoring.classifier_errors import errors_of
from bert_tf.monitoring.event_counter import EventCounter
from bert_tf.monitoring.event_times import EventTimes
from bert_tf.monitoring.events import ALL, EventBlock
from bert_tf.monitoring.monitor_remarks import series_remarks, stream_remarks
from bert_tf.monitoring.monitor_request import MonitorRequest
from bert_tf.monitoring.monitor_view import MonitorView
from bert_tf.monitoring.series_view import SeriesView, view_of
from bert_tf.monitoring.state_store import StateStore
from bert_tf.monitoring.surge_watch import SurgeWatch
from bert_tf.monitoring.topic_view import topic_views
from bert_tf.stage import Stage
from bert_tf.workflow.source import Source


@dataclasses.dataclass(frozen=True)
class MonitoredModel:
    """A model as far as it is known without loading it.

    Attributes:
        source: Where it is.
        name: Of the recipe or the model.
        serving: What is served of its task.
    """

    source: Source
    name: str
    serving: TaskServing


class Monitor:
    """Counts the events of blocks by what the model says, and judges buckets of time that are over.

    Args:
        store: The state.
        model: The model.
        request: How it is monitored.
        console: What takes seconds is shown there.

    Attributes:
        store: The state.
        times: Reads when events were.

    Raises:
        DataError: the model can't be monitored, or not with these labels.
    """

    def __init__(
        self, store: StateStore, model: MonitoredModel, request: MonitorRequest, *, console: Console | None = None
    ) -> None:
        self.store, self._name, self._request = store, model.name, request
        self._over: int | None = None
        self._reader = request.reader(model.serving)
        self._outcomes = self._reader.outcomes
        self._buckets = request.buckets
        self.times = EventTimes(request.columns.time, zone=request.zone, pattern=request.time_format)
        self._counter = EventCounter(
            store, self._buckets, negative=self._outcomes.negative, by_series=request.columns.by is not None
        )
        self._watch = SurgeWatch(
            store,
            self._buckets,
            settings=request.alarm,
            view=self._series,
            errors=errors_of(model.source, self._outcomes, head=self._reader.head),
            stage=functools.partial(Stage, console),
        )

    @staticmethod
    def check(serving: TaskServing, request: MonitorRequest) -> None:
        """Raises DataError where a model can't be monitored, or not with these labels."""
        request.reader(serving)

    def leave_out_known(self, block: EventBlock) -> None:
        """Take the events out of a block whose id was counted before."""
        self._counter.leave_out_known(block)

    def count(self, block: EventBlock, outputs: Served | None = None) -> None:
        """Count the events of a block in one step.

        Args:
            block: N events.
            outputs: What the model says of them; None where N is 0.
        """
        judged = self._watch.judged
        if outputs is None:
            self._counter.count(block, judged=judged)
            return
        self._counter.count(block, self._reader.read(outputs), judged=judged)

    def judge(self, now: float, *, at_end: bool = False) -> None:
        """Judge the buckets that are over.

        These are the ones before that of the newest event: the events tell the time, so a recorded stream is judged as
        one that is live. While a stream is as far as the clock, the clock tells it too, and silence is noticed.

        Args:
            now: The time, in seconds since 1970.
            at_end: No event follows for the time being: the newest event's bucket is over if the clock has passed it.
        """
        newest = self.store.counters.newest
        if newest is None:
            return
        own, over = self._buckets.of(newest), self._buckets.last_over(now)
        is_live = own >= over
        self._over = max(own - 1, min(own, over) if at_end else over if is_live else own - 1)
        self._watch.judge(self._over)

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
            settings=self._request.shown(self._reader),
            is_judged=self._watch.judged is not None,
            over=self._over,
            topics=[topic for each in series for topic in topic_views(self.store, each.name, self._buckets)],
        )

    def _series(self, name: str, first: int | None = None, last: int | None = None) -> SeriesView:
        return view_of(
            self.store,
            name,
            self._buckets,
            self._outcomes,
            first=first,
            last=last,
        )
