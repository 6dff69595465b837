"""What was counted, for Prometheus."""

from collections.abc import Iterator
from wsgiref.simple_server import WSGIServer

import numpy as np
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bert_tf.errors import MachineError
from bert_tf.monitoring.monitor_view import MonitorView

_PREFIX = "bert_tf_monitor_"


class MonitorMetrics(Collector):
    """Gives what a monitor shows as metrics; before the first view there are none.

    Attributes:
        view: What is given.
    """

    def __init__(self) -> None:
        self.view: MonitorView | None = None
        self.registry = CollectorRegistry()
        self.registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """The metrics of the view."""
        view = self.view
        if view is None:
            return
        counters = view.counters
        totals = {
            "late": (counters.late, "Events that came too late to be tested."),
            "duplicates": (counters.duplicates, "Events skipped because their id was already counted."),
        }
        for name, (value, words) in totals.items():
            yield CounterMetricFamily(f"{_PREFIX}{name}", words, value=value)
        refused = CounterMetricFamily(f"{_PREFIX}refused", "Rows that could not be counted.", labels=["reason"])
        for reason, count in counters.refused.items():
            refused.add_metric([reason], count)
        yield refused
        yield from _of_series(view)
        if counters.newest is not None:
            yield GaugeMetricFamily(
                f"{_PREFIX}newest_event_timestamp_seconds", "Time of the newest event.", value=counters.newest
            )


def _of_series(view: MonitorView) -> Iterator[Metric]:
    events = CounterMetricFamily(f"{_PREFIX}events", "Events counted.", labels=["series", "outcome"])
    share = GaugeMetricFamily(f"{_PREFIX}negative_share", "Share of negatives in the newest bucket.", labels=["series"])
    alarm = GaugeMetricFamily(f"{_PREFIX}alarm", "1 while an alarm is on, else 0.", labels=["series"])
    on = {each["series"] for each in view.alarms_on}
    for series in view.series:
        for outcome in view.outcomes:
            events.add_metric([series.name, outcome], float(series.outcomes[outcome].sum()))
        newest = np.inf if view.counters.newest is None else view.counters.newest
        # An event with a wrong clock may lie ahead of all others.
        reached = int(np.searchsorted(series.starts, newest, side="right"))
        if reached:
            share.add_metric([series.name], float(series.share[reached - 1]))
        alarm.add_metric([series.name], float(series.name in on))
    yield from (events, share, alarm)


def serve_metrics(metrics: MonitorMetrics, *, host: str, port: int) -> WSGIServer:
    """Serve them at `/metrics` from a thread; the server's `shutdown` ends it.

    Raises:
        MachineError: the port can't be had.
    """
    try:
        server, _ = start_http_server(port, host, metrics.registry)
    except OSError as problem:
        raise MachineError(
            f"Metrics can't be served at {host}:{port}: {problem.strerror}.",
            where=f"--metrics-port {port}",
            hint="choose another port",
        ) from problem
    return server
