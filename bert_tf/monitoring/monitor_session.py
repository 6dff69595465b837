"""A monitor from its state on disk to its end. TensorFlow is imported once there is something to compute."""

import contextlib
import dataclasses
import pathlib
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn

from rich.console import Console

from bert_tf.data.locations import Location
from bert_tf.errors import DataError
from bert_tf.export.folders import read_manifest
from bert_tf.monitoring.event_files import EventFiles, find_event_files
from bert_tf.monitoring.event_stream import ByteStream, EventStream
from bert_tf.monitoring.event_times import AHEAD_REASON
from bert_tf.monitoring.kafka_topic import KafkaTopic
from bert_tf.monitoring.live_page import LivePage
from bert_tf.monitoring.monitor import Monitor, MonitoredModel
from bert_tf.monitoring.monitor_metrics import MonitorMetrics
from bert_tf.monitoring.monitor_request import MonitorRequest
from bert_tf.monitoring.monitor_view import MonitorView
from bert_tf.monitoring.publisher import Publisher
from bert_tf.monitoring.state_store import StateStore
from bert_tf.monitoring.topic_stream import TopicStream
from bert_tf.monitoring.webhooks import Webhook
from bert_tf.workflow.scoring.scored_model import identity_of, serving_of
from bert_tf.workflow.source import Source

if TYPE_CHECKING:
    from bert_tf.workflow.scoring.scorers import Scorer


@dataclasses.dataclass(frozen=True)
class Outlets:
    """Where a monitor shows what it has, beside its folder.

    Attributes:
        tell: Gets sentences about what could not be shown.
        console: Where progress is shown.
        live: Serves the page.
        metrics: Are served.
        webhook: Address that alarms go to.
    """

    tell: Callable[[str], None]
    console: Console
    live: LivePage | None = None
    metrics: MonitorMetrics | None = None
    webhook: str | None = None


@dataclasses.dataclass(frozen=True)
class Done:
    """What a session came to.

    Attributes:
        view: What is shown at its end.
        new_events: That this session counted.
        seconds: That it took, without loading the model.
        counting_seconds: Those of them that reading files, computing and counting took; judging and simulating quiet
            time are none of them. None for a stream.
        remarks: How files were read.
    """

    view: MonitorView
    new_events: int
    seconds: float
    counting_seconds: float | None = None
    remarks: tuple[str, ...] = ()


def monitor_inputs(
    source: Source,
    inputs: Sequence[str] | ByteStream | KafkaTopic,
    folder: pathlib.Path,
    *,
    request: MonitorRequest,
    load: Callable[[], "Scorer"],
    outlets: Outlets,
) -> Done:
    """Count and judge what stands in files or comes from a stream, from where an earlier session ended.

    Args:
        source: The model.
        inputs: Paths, globs, URIs and folders; or a stream of JSON lines, which is read to its end; or a topic, which
            has none.
        folder: Holds the state, and gets what is shown.
        request: How it is monitored.
        load: Makes the scorer of `source`.
        outlets: Where more is shown.

    Raises:
        DataError: files can't be read, none of their rows could be counted, or the model can't be monitored this way.
        RunError: another process monitors into the folder, or it was begun with other settings.
    """
    serving = serving_of(source)
    locations = _located(inputs, folder) if isinstance(inputs, Sequence) else []
    # What is wrong with the model, its labels or the options shall leave no folder behind.
    Monitor.check(serving, request)
    hook = None if outlets.webhook is None else Webhook(outlets.webhook)
    with StateStore(folder, request.facts(identity_of(source))) as store:
        model = MonitoredModel(source, _name(source), serving)
        monitor = Monitor(store, model, request, console=outlets.console)
        with contextlib.closing(
            Publisher(monitor, folder, tell=outlets.tell, live=outlets.live, metrics=outlets.metrics, webhook=hook)
        ) as publisher:
            publisher.show()
            scorer, before, refused_before = load(), store.counters.events, store.counters.refused.total()
            started, counting, remarks = time.monotonic(), None, tuple[str, ...]()
            try:
                if isinstance(inputs, Sequence):
                    counting, remarks = _read(monitor, scorer, locations, request, publisher, outlets.console)
                else:
                    _follow(monitor, scorer, inputs, request, publisher)
            finally:
                publisher.show()
        events, seconds = store.counters.events - before, time.monotonic() - started
        if not events and store.counters.refused.total() > refused_before:
            _nothing_counted(monitor.view())
        return Done(monitor.view(), events, seconds, counting, remarks)


_SHOWN = 3  # rows that could not be counted
_COLUMNS_HINT = "check --time and --text: each names a column of the input"
_AHEAD_HINT = "check the clock of this machine, and the clock or the file that the times are from"


def _nothing_counted(view: MonitorView) -> NoReturn:
    raise DataError(
        "No row could be counted:",
        problems=[*view.remarks, *view.counters.shown[:_SHOWN]],
        hint=_AHEAD_HINT if set(view.counters.refused) == {AHEAD_REASON} else _COLUMNS_HINT,
    )


def _follow(
    monitor: Monitor, scorer: "Scorer", source: ByteStream | KafkaTopic, request: MonitorRequest, publisher: Publisher
) -> None:
    from bert_tf.monitoring.run_monitor import monitor_stream

    if not isinstance(source, KafkaTopic):
        monitor_stream(monitor, scorer, EventStream(source, request.columns, monitor.times), keep_up=publisher.keep_up)
        return
    positions = monitor.store.positions()
    with contextlib.closing(TopicStream(source, request.columns, monitor.times, positions)) as events:
        monitor_stream(monitor, scorer, events, keep_up=publisher.keep_up)


def _read(
    monitor: Monitor,
    scorer: "Scorer",
    locations: Sequence[Location],
    request: MonitorRequest,
    publisher: Publisher,
    console: Console,
) -> tuple[float, tuple[str, ...]]:
    from bert_tf.monitoring.run_monitor import monitor_files

    positions, file_format = monitor.store.positions(), request.file_format
    files = EventFiles(request.columns, monitor.times, positions, file_format=file_format)
    seconds = monitor_files(monitor, scorer, files, locations, console=console, keep_up=publisher.keep_up)
    return seconds, tuple(files.remarks)


def _located(inputs: Sequence[str], folder: pathlib.Path) -> list[Location]:
    locations = find_event_files(inputs)
    for location in locations:
        if folder.resolve() in pathlib.Path(location.path).resolve().parents:
            raise DataError(
                f"{location.name} is in the folder that the results go to.",
                where=str(folder),
                hint="choose another folder for --out",
            )
    return locations


def _name(source: Source) -> str:
    if source.kind == "run":
        return source.path.parent.name
    return str(read_manifest(source.path)["name"])
