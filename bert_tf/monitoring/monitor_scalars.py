"""Series and alarms as scalars for TensorBoard, at the times of their buckets."""

import datetime
import pathlib
from collections.abc import Iterator
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from bert_tf.monitoring.events import ALL
from bert_tf.monitoring.monitor_view import MonitorView
from bert_tf.monitoring.series_view import SeriesView
from bert_tf.monitoring.state_store import WITHDRAWN, StateStore
from bert_tf.training.tensorboard.event_writers import cut_events, event_bytes
from bert_tf.training.tensorboard.plain import one_line

MOST_SERIES = 20
_LONGEST_NAME = 100
_LONG_AGO = -(2**62)
_WRITTEN = "scalars"  # the fact that tells the last bucket that was written, and how long event files were then


class MonitorScalars:
    """Appends buckets of time to event files once they are over, each once, also over processes that are killed.

    Tags are `negative_share/SERIES`, `events/SERIES` and `alarm/SERIES`, 1 where one was on; the step is the number of
    the bucket, and the time its beginning. What late events change after that is in the other files only.

    Args:
        folder: Gets the event files.
        store: Knows what was written.
    """

    def __init__(self, folder: pathlib.Path, store: StateStore) -> None:
        self._folder, self._store = folder, store
        written = store.fact(_WRITTEN) or {"last": None, "sizes": {}}
        self._last: int | None = written["last"]
        # What a process wrote that was killed before it could say so.
        cut_events(folder, written["sizes"])
        self._writer: EventFileWriter | None = None

    def show(self, view: MonitorView) -> None:
        """Write what is over and not written yet.

        Raises:
            OSError: a file can't be written.
        """
        if view.over is None or (self._last is not None and view.over <= self._last):
            return
        if self._writer is None:
            self._folder.mkdir(exist_ok=True)
            self._writer = EventFileWriter(str(self._folder))
        for event in self._events(view, view.over):
            self._writer.add_event(event)
        self._writer.flush()
        self._last = view.over
        with self._store.step():
            self._store.keep_fact(_WRITTEN, {"last": self._last, "sizes": event_bytes(self._folder)})

    def close(self) -> None:
        """End the thread that writes."""
        if self._writer is not None:
            self._writer.close()

    def _events(self, view: MonitorView, over: int) -> Iterator[Event]:
        alarmed = {alarm["series"] for alarm in view.alarms}
        ordered = sorted(view.series, key=lambda one: (one.name != ALL, one.name not in alarmed, -one.events.sum()))
        for series in ordered[:MOST_SERIES]:
            name = one_line(series.name, longest=_LONGEST_NAME)
            alarms = [_on(alarm) for alarm in view.alarms if _is_of(alarm, series)]
            new = series.between(_LONG_AGO if self._last is None else self._last + 1, over)
            for bucket, start, share, events in zip(new.buckets, new.starts, new.share, new.events, strict=True):
                end = start + view.width.total_seconds()
                is_on = any(raised <= end and start < ended for raised, ended in alarms)
                summary = scalar_pb(f"negative_share/{name}", float(share))
                summary.MergeFrom(scalar_pb(f"events/{name}", float(events)))
                summary.MergeFrom(scalar_pb(f"alarm/{name}", float(is_on)))
                yield Event(wall_time=float(start), step=int(bucket), summary=summary)


def _is_of(alarm: dict[str, Any], series: SeriesView) -> bool:
    return bool(alarm["series"] == series.name and alarm["state"] != WITHDRAWN)


def _on(alarm: dict[str, Any]) -> tuple[float, float]:
    """When it was raised and when it ended, in seconds since 1970."""
    raised, ended = (
        alarm[key] and datetime.datetime.fromisoformat(alarm[key]).timestamp() for key in ("raised", "ended")
    )
    return float(raised), float("inf") if ended is None else float(ended)
