"""What stands on the page, its figures included, and what the metrics say of the same view."""

import numpy as np
import pytest
from prometheus_client import generate_latest
from shown_view import ALARM, view

from bert_tf.monitoring.counters import Counters
from bert_tf.monitoring.monitor_metrics import MonitorMetrics
from bert_tf.monitoring.monitor_page import monitor_html, verdict
from bert_tf.monitoring.topic_view import TopicView


def test_an_alarm_says_what_since_when_how_large_and_how_rare():
    html = monitor_html(view(ALARM))
    assert "Alarm: negative texts have surged in &lt;A&gt;." in html
    for said in (
        "Raised 1970-01-03 00:00; negative texts have surged since 1970-01-02 00:00.",
        "Since then 8 of 10 events are negative: 0.8000 (0.5000 to 0.9000) where 0.3000 was expected, "
        "+50.0 points (+20.0 to +60.0).",
        "By chance, such a rise happens once in 1,234 days, or less often.",
        "the share rose from 0.2500 (0.2000 to 0.3000) to 0.9000 (0.6000 to 1.0000).",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "See <code>--late</code>.",
        "35 events from 1970-01-01 00:00 to 1970-01-05 00:00.",
    ):
        assert said in html
    assert "<script>alert" not in html
    assert "/page/update.js" not in html
    assert html.count("<figure>") == 2
    assert "(all) over time: 35 events, share of negatives 0.3143." in html


@pytest.mark.parametrize(
    "alarms, changes, said",
    [
        ((), {}, "No alarm."),
        (
            ({**ALARM, "state": "ended", "ended": "1970-01-04T00:00:00+00:00"},),
            {},
            "No alarm is on; 1 earlier one ended.",
        ),
        (({**ALARM, "state": "withdrawn"},), {}, "No alarm."),
        ((), {"counters": Counters()}, "No event was counted yet."),
        ((), {"is_judged": False}, "No alarm can be raised yet: the quiet period is not over."),
        (
            tuple({**ALARM, "series": name} for name in "ABCDE"),
            {},
            "Alarm: negative texts have surged in A, B, C and 2 more.",
        ),
    ],
)
def test_verdicts(alarms, changes, said):
    found = view(*alarms, **changes)
    assert verdict(found) == said
    assert "<svg" in monitor_html(found)


def test_an_empty_monitor_has_a_page_too():
    html = monitor_html(view(series=[], counters=Counters(), is_judged=False))
    assert "The quiet period is not over yet" in html
    assert "<svg" not in html


def test_metrics_are_prometheus_text():
    metrics = MonitorMetrics()
    assert generate_latest(metrics.registry) == b""
    metrics.view = view(ALARM)
    lines = generate_latest(metrics.registry).decode().splitlines()
    for line in (
        'bert_tf_monitor_events_total{outcome="bad",series="(all)"} 11.0',
        'bert_tf_monitor_events_total{outcome="good",series="<A>"} 10.0',
        'bert_tf_monitor_negative_share{series="<A>"} 0.8',
        'bert_tf_monitor_alarm{series="<A>"} 1.0',
        'bert_tf_monitor_alarm{series="(all)"} 0.0',
        'bert_tf_monitor_refused_total{reason="unreadable time"} 2.0',
        "bert_tf_monitor_late_total 3.0",
        "bert_tf_monitor_duplicates_total 4.0",
        "bert_tf_monitor_newest_event_timestamp_seconds 345609.0",
    ):
        assert line in lines


POINTS = {"value": 0.1, "low": 0.05, "high": 0.2}
NONE = {"value": 0.01, "low": -0.02, "high": 0.04}


@pytest.mark.parametrize(
    "split, said",
    [
        (
            {"only_mix": True, "mix": POINTS, "mood": NONE, "topics": {}},
            "The change in the mix of topics explains this: +10.0 points (+5.0 to +20.0) come from it, and "
            "+1.0 points (-2.0 to +4.0) from changes within topics.",
        ),
        (
            {"only_mix": False, "mix": NONE, "mood": POINTS, "topics": {"bag": NONE, "crew": POINTS}},
            "Compared with the quiet period, +10.0 points (+5.0 to +20.0) come from changes within topics and "
            "+1.0 points (-2.0 to +4.0) from the mix of topics; "
            "texts about crew have most clearly become more negative: +10.0 points (+5.0 to +20.0).",
        ),
        (
            {"only_mix": False, "mix": NONE, "mood": NONE, "topics": {"bag": NONE}},
            "come from changes within topics and +1.0 points (-2.0 to +4.0) from the mix of topics.",
        ),
    ],
)
def test_an_alarm_says_what_topics_explain(split, said):
    assert said in monitor_html(view({**ALARM, "topics": split}))


def test_an_event_with_a_wrong_clock_has_no_share_of_its_own():
    metrics = MonitorMetrics()
    metrics.view = view(counters=Counters(events=35, newest=100_000.0))
    # Of the second day, which the stream has reached; there is a bucket of the fifth.
    assert 'bert_tf_monitor_negative_share{series="(all)"} 0.6' in generate_latest(metrics.registry).decode()


def test_an_alarm_that_was_refuted_is_shown_and_not_counted():
    html = monitor_html(view({**ALARM, "state": "withdrawn"}))
    assert "It was withdrawn because of late events." in html
    assert '<span class="name">alarms</span><span class="value">0</span><span class="note">0 on</span>' in html
    assert "1 ended" not in html


def test_topics_of_all_events_are_a_table():
    def topic(series, name, events, negatives):
        counts = np.array(events), np.array(negatives)
        return TopicView(series, name, np.arange(len(events)), *counts, counts[0] * 0.0, counts[0] * 0.0 + 1)

    topics = [
        topic("(all)", "<bag>", [2, 3], [1, 1]),
        topic("(all)", "crew", [10, 5], [9, 3]),
        topic("A", "no", [1], [1]),
    ]
    html = monitor_html(view(topics=topics))
    assert '<a href="#topics">Topics</a>' in html
    rows = html.split('<h2 id="topics">')[1].split("<tr>")[2:]
    assert [row.split("</th>")[0].rpartition(">")[2] for row in rows] == ["crew", "&lt;bag&gt;"]
    # Of 15 events 12 are negative: Wilson's interval by a table.
    assert '<td class="number">0.7500</td><td class="number">0.8000</td>' in rows[0]
    assert "0.5481 to 0.9295" in rows[0]
    assert "#topics" not in monitor_html(view())


def test_one_series_is_named_as_one():
    found = view()
    assert '<span class="note">2 series</span>' in monitor_html(found)
    assert '<span class="note">1 series</span>' in monitor_html(view(series=found.series[:1]))
