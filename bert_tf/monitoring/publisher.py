"""What a monitor shows: files, page, metrics and messages, each as often as it is worth its time."""

import pathlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from bert_tf.atomic import new_file
from bert_tf.errors import DataError
from bert_tf.monitoring.live_page import LivePage
from bert_tf.monitoring.monitor import Monitor
from bert_tf.monitoring.monitor_metrics import MonitorMetrics
from bert_tf.monitoring.monitor_page import monitor_html
from bert_tf.monitoring.monitor_view import MonitorView
from bert_tf.monitoring.series_files import write_alarms, write_series, write_topics
from bert_tf.monitoring.webhooks import Webhook
from bert_tf.system_errors import system_errors_as

if TYPE_CHECKING:
    from bert_tf.monitoring.monitor_scalars import MonitorScalars

PAGE, TENSORBOARD = "monitor.html", "tensorboard"
_BETWEEN, _BETWEEN_LIVE = 30.0, 2.0  # seconds
_SHARE = 0.1  # of the time that showing may take
_BETWEEN_TRIES = 30.0  # of messages that weren't taken


class Publisher:
    """Shows a monitor.

    Args:
        monitor: What is shown.
        folder: Gets the files.
        tell: Gets a sentence for each message that wasn't taken.
        live: Gets the page, if it is served.
        metrics: Gets what is counted, if it is served.
        webhook: Gets alarms.
    """

    def __init__(
        self,
        monitor: Monitor,
        folder: pathlib.Path,
        *,
        tell: Callable[[str], None],
        live: LivePage | None = None,
        metrics: MonitorMetrics | None = None,
        webhook: Webhook | None = None,
    ) -> None:
        self._monitor, self._folder, self._tell = monitor, folder, tell
        self._live, self._metrics, self._webhook = live, metrics, webhook
        self._next = self._next_try = 0.0
        self._scalars: MonitorScalars | None = None

    def keep_up(self) -> None:
        """Show what there is if that is due, and send alarms."""
        self._send()
        if time.monotonic() >= self._next:
            self.show()

    def show(self) -> None:
        """Show what there is.

        Raises:
            DataError: there is no room, or the folder can't be written.
        """
        started = time.monotonic()
        view = self._monitor.view()
        if self._metrics is not None:
            self._metrics.view = view
        if self._live is not None:
            version = self._live.version + 1
            self._live.show(monitor_html(view, version=version, is_live=True), version)
        if view.series:
            write_series(self._folder, view.series, outcomes=view.outcomes)
        if view.topics:
            write_topics(self._folder, view.topics)
        write_alarms(self._folder, view.alarms)
        with new_file(self._folder / PAGE, error=DataError) as temporary:
            temporary.write_text(monitor_html(view), encoding="utf-8")
        if view.over is not None:
            self._show_scalars(view)
        ended = time.monotonic()
        between = _BETWEEN if self._live is None and self._metrics is None else _BETWEEN_LIVE
        self._next = ended + max(between, (ended - started) / _SHARE)

    def _show_scalars(self, view: MonitorView) -> None:
        if self._scalars is None:
            # TensorFlow is imported by then, as something was judged.
            from bert_tf.monitoring.monitor_scalars import MonitorScalars

            self._scalars = MonitorScalars(self._folder / TENSORBOARD, self._monitor.store)
        with system_errors_as(
            DataError,
            "Scalars can't be written",
            where=str(self._folder / TENSORBOARD),
            hint="make room, and run again",
        ):
            self._scalars.show(view)

    def close(self) -> None:
        """End what writes in the background."""
        if self._scalars is not None:
            self._scalars.close()

    def _send(self) -> None:
        if self._webhook is None or time.monotonic() < self._next_try:
            return
        store = self._monitor.store
        for alarm in store.unsent():
            problem = self._webhook.send(alarm)
            if problem is not None:
                self._tell(f"An alarm of {alarm['series']} could not be sent, and is sent again later: {problem}.")
                self._next_try = time.monotonic() + _BETWEEN_TRIES
                return
            with store.step():
                store.mark_sent(alarm)
