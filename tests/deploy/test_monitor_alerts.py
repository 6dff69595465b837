"""deploy/monitor-alerts.yaml: its rules ask for metrics that the monitor gives."""

import pathlib
import re

import yaml
from prometheus_client import generate_latest

from bert_tf.monitoring.counters import Counters
from bert_tf.monitoring.events import ALL
from bert_tf.monitoring.monitor_metrics import MonitorMetrics
from bert_tf.monitoring.monitor_view import MonitorView

FILE = pathlib.Path(__file__).parents[2] / "deploy" / "monitor-alerts.yaml"


def test_rules_ask_for_metrics_that_there_are():
    metrics = MonitorMetrics()
    counters = Counters(events=1, newest=0.0)
    metrics.view = MonitorView("m", "UTC", None, (), [], [], counters, [], [], True)
    given = set(re.findall(r"# TYPE (\w+)", generate_latest(metrics.registry).decode()))
    rules = yaml.safe_load(FILE.read_text())["groups"][0]["rules"]
    asked = {name for rule in rules for name in re.findall(r"bert_tf_monitor_\w+", rule["expr"])}
    assert len(asked) == 5
    assert asked <= given
    assert all(rule["annotations"]["summary"] and rule["labels"]["severity"] for rule in rules)


def test_a_stream_that_stops_or_floods_and_the_series_of_all_events():
    rules = {rule["alert"]: rule["expr"] for rule in yaml.safe_load(FILE.read_text())["groups"][0]["rules"]}
    assert {"NegativeSurge", "StreamStopped", "StreamFlooded", "EventsRefused", "MonitorDown"} == rules.keys()
    # Each event is in the series of all and in one of its own, so a sum over all series counts it twice.
    assert rules["StreamFlooded"].count(f'{{series="{ALL}"}}') == rules["StreamFlooded"].count("events_total") == 2
