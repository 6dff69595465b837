"""A monitor as one HTML page, which needs no network and no other file."""

import datetime
import hashlib
import zoneinfo
from collections.abc import Iterator
from typing import Any

import numpy as np

from bert_tf.monitoring.events import ALL
from bert_tf.monitoring.monitor_view import MonitorView
from bert_tf.monitoring.series_view import SeriesView
from bert_tf.monitoring.shares import wilson_intervals
from bert_tf.monitoring.state_store import RAISED, WITHDRAWN
from bert_tf.monitoring.topic_view import TopicView
from bert_tf.plurals import counted
from bert_tf.report.page import render_page
from bert_tf.scores import interval_text, score_text

_MOST_FIGURES = 9
_MOST_BUCKETS = 240  # of a figure
_NAMED = 3


def monitor_html(view: MonitorView, *, version: int = 0, is_live: bool = False) -> str:
    """The page.

    Args:
        view: What is shown.
        version: Told to the script of a live page, which loads it again when the server has another one.
        is_live: Whether it comes from a server.
    """
    series = [each for each in view.series if len(each.buckets)]
    return render_page(
        "monitor.html.j2",
        name=view.name,
        version=version,
        is_live=is_live,
        verdict=verdict(view),
        lead=list(_lead(view)),
        cards=list(_cards(view)),
        alarms=[_alarm(alarm) for alarm in reversed(view.alarms)],
        no_alarm="No alarm was raised." if view.is_judged else "The quiet period is not over yet; none can be raised.",
        figures=[_figure(view, each) for each in _drawn(view, series)],
        rows=[_row(view, each) for each in series],
        outcomes=view.outcomes,
        topics=_topics(view),
        remarks=view.remarks,
        refused=view.counters.shown,
        settings=view.settings,
        timezone=view.timezone,
    )


def verdict(view: MonitorView) -> str:
    """What there is to know, in a sentence."""
    on = [alarm["series"] for alarm in view.alarms_on]
    if on:
        more = len(on) - _NAMED
        names = ", ".join(on[:_NAMED]) + (f" and {more} more" if more > 0 else "")
        return f"Alarm: negative texts have surged in {names}."
    if not view.counters.events:
        return "No event was counted yet."
    if not view.is_judged:
        return "No alarm can be raised yet: the quiet period is not over."
    ended = _kept(view)
    return f"No alarm is on; {counted(len(ended), 'earlier one')} ended." if ended else "No alarm."


def _lead(view: MonitorView) -> Iterator[str]:
    whole = next((each for each in view.series if each.name == ALL and len(each.buckets)), None)
    if whole is not None:
        first, last = (_shown(view, int(whole.starts[place])) for place in (0, -1))
        yield f"{counted(int(whole.events.sum()), 'event')} from {first} to {last}."


def _kept(view: MonitorView) -> list[dict[str, Any]]:
    """Alarms that late events did not refute."""
    return [alarm for alarm in view.alarms if alarm["state"] != WITHDRAWN]


def _shown(view: MonitorView, moment: int) -> str:
    zone = zoneinfo.ZoneInfo(view.timezone)
    return f"{datetime.datetime.fromtimestamp(moment, zone):%Y-%m-%d %H:%M}"


def _cards(view: MonitorView) -> Iterator[dict[str, str]]:
    counters = view.counters
    yield {"name": "events", "value": f"{counters.events:,}", "note": f"{len(view.series):,} series"}
    whole = next((each for each in view.series if each.name == ALL and len(each.buckets)), None)
    if whole is not None:
        share, low, high = _total(whole)
        yield {"name": "share of negatives", "value": score_text(share), "note": interval_text(low, high)}
    yield {"name": "alarms", "value": f"{len(_kept(view)):,}", "note": f"{len(view.alarms_on)} on"}
    left_out = sum(counters.refused.values())
    yield {"name": "not counted", "value": f"{left_out:,}", "note": f"{counters.duplicates:,} duplicates skipped"}
    yield {"name": "late", "value": f"{counters.late:,}", "note": "events that came too late to be tested"}


def _total(series: SeriesView | TopicView) -> tuple[float, float, float]:
    events, negatives = int(series.events.sum()), int(series.negatives.sum())
    low, high = wilson_intervals(np.array([negatives]), np.array([events]))
    return negatives / events, float(low[0]), float(high[0])


def _alarm(alarm: dict[str, Any]) -> dict[str, Any]:
    share, before, difference = alarm["share"], alarm["before"], alarm["difference"]
    ended = f", and ended {_minute(alarm['ended'])}" if alarm["ended"] else ""
    states = {RAISED: "", WITHDRAWN: "It was withdrawn because of late events."}
    sentences = [
        f"Raised {_minute(alarm['raised'])}; negative texts have surged since {_minute(alarm['since'])}{ended}.",
        f"Since then {alarm['negatives']:,} of {alarm['texts']:,} events are negative: {score_text(share['value'])} "
        f"({interval_text(share['low'], share['high'])}) where {score_text(before['value'])} was expected, "
        f"{100 * difference['value']:+.1f} points ({100 * difference['low']:+.1f} to {100 * difference['high']:+.1f}).",
        f"By chance, such a rise happens once in {alarm['days_between']:,.0f} days, or less often.",
        _corrected(alarm["corrected"]),
        _by_topics(alarm.get("topics")),
        states.get(alarm["state"], ""),
    ]
    return {
        "title": f"{alarm['series']}, alarm {alarm['number']}",
        "is_on": alarm["state"] == RAISED,
        "sentences": [sentence for sentence in sentences if sentence],
        "texts": alarm["examples"],
    }


def _corrected(shares: dict[str, Any] | None) -> str:
    if shares is None:
        return ""
    quiet, since = (
        f"{score_text(shares[name]['value'])} ({interval_text(shares[name]['low'], shares[name]['high'])})"
        for name in ("quiet", "since")
    )
    errors = "Corrected for the errors of the model on the rows that it was evaluated on"
    return f"{errors}, the share rose from {quiet} to {since}."


def _by_topics(split: dict[str, Any] | None) -> str:
    """What another mix of topics explains."""
    if split is None:
        return ""
    mix, mood = (_points(split[part]) for part in ("mix", "mood"))
    if split["only_mix"]:
        return (
            f"The change in the mix of topics explains this: {mix} come from it, and {mood} from changes within topics."
        )
    whole = f"Compared with the quiet period, {mood} come from changes within topics and {mix} from the mix of topics"
    largest = max(split["topics"], key=lambda topic: split["topics"][topic]["low"], default=None)
    if largest is None or split["topics"][largest]["low"] <= 0:
        return f"{whole}."
    return (
        f"{whole}; texts about {largest} have most clearly become more negative: {_points(split['topics'][largest])}."
    )


def _points(share: dict[str, float]) -> str:
    return f"{100 * share['value']:+.1f} points ({100 * share['low']:+.1f} to {100 * share['high']:+.1f})"


def _minute(moment: str) -> str:
    return f"{datetime.datetime.fromisoformat(moment):%Y-%m-%d %H:%M}"


def _drawn(view: MonitorView, series: list[SeriesView]) -> list[SeriesView]:
    """That of all events, those with an alarm, then the largest."""
    alarmed = {alarm["series"] for alarm in view.alarms}
    ordered = sorted(series, key=lambda each: (each.name != ALL, each.name not in alarmed, -int(each.events.sum())))
    return ordered[:_MOST_FIGURES]


def _figure(view: MonitorView, series: SeriesView) -> dict[str, Any]:
    from bert_tf.report.figures.share_over_time import Shares, share_over_time

    last = slice(-_MOST_BUCKETS, None)
    zone = zoneinfo.ZoneInfo(view.timezone)
    times = [datetime.datetime.fromtimestamp(int(start), zone) for start in series.starts[last]]
    share, low, high = _total(series)
    words = f"{counted(int(series.events.sum()), 'event')}, share of negatives {score_text(share)}"
    until = times[-1] + view.width
    alarms = [
        (max(datetime.datetime.fromisoformat(alarm["since"]), times[0]), _until(alarm, until))
        for alarm in view.alarms
        if alarm["series"] == series.name and alarm["state"] != WITHDRAWN and _until(alarm, until) > times[0]
    ]
    svg = share_over_time(
        f"series-{hashlib.sha256(series.name.encode()).hexdigest()[:12]}",
        f"{series.name} over time: {words}.",
        Shares(times, view.width, series.share[last], series.low[last], series.high[last], series.events[last]),
        alarms=alarms,
    )
    cut = f" The last {_MOST_BUCKETS} buckets." if len(series.buckets) > _MOST_BUCKETS else ""
    return {
        "svg": svg,
        "caption": f"{series.name}: {words} ({interval_text(low, high)}). The grey area is events.{cut}",
    }


def _until(alarm: dict[str, Any], now: datetime.datetime) -> datetime.datetime:
    return datetime.datetime.fromisoformat(alarm["ended"]) if alarm["ended"] else now


def _row(view: MonitorView, series: SeriesView) -> dict[str, Any]:
    share, low, high = _total(series)
    own = [alarm for alarm in _kept(view) if alarm["series"] == series.name]
    status = "on" if any(alarm["state"] == RAISED for alarm in own) else f"{len(own)} ended" if own else ""
    return {
        "name": series.name,
        "events": int(series.events.sum()),
        "counts": [int(series.outcomes[outcome].sum()) for outcome in view.outcomes],
        "share": share,
        "low": low,
        "high": high,
        "status": status,
    }


def _topics(view: MonitorView) -> list[dict[str, Any]]:
    """Those of all events, the most frequent first."""
    topics = [topic for topic in view.topics if topic.series == ALL]
    whole = sum(int(topic.events.sum()) for topic in topics)
    rows = []
    for topic in topics:
        events, (share, low, high) = int(topic.events.sum()), _total(topic)
        part = events / whole
        rows.append({"name": topic.topic, "events": events, "part": part, "share": share, "low": low, "high": high})
    return sorted(rows, key=lambda row: -row["events"])
