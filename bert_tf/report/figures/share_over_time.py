"""A share over time with its interval, how much it is a share of, and when an alarm was on."""

import datetime
from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from bert_tf.report.figures.drawing import LINE, MUTED, SERIES, draw

Span = tuple[datetime.datetime, datetime.datetime]


def share_over_time(
    name: str,
    alternative: str,
    *,
    times: Sequence[datetime.datetime],
    width: datetime.timedelta,
    shares: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    events: np.ndarray,
    alarms: Sequence[Span],
) -> Markup:
    """Draw a series.

    Args:
        name: Tells its ids from those of the page's other figures.
        alternative: What it shows, in words.
        times: When the T buckets with events begin, rising.
        width: Of a bucket.
        shares, low, high: Share and its interval, float64 [T].
        events: int64 [T].
        alarms: From when to when an alarm was on.
    """
    shown, places = _with_breaks(times, width)
    broken = [np.insert(values.astype(float), places, np.nan) for values in (shares, low, high)]

    def paint(axes: Axes) -> None:
        volume: Any = axes.twinx()
        volume.bar(times, events, width=width, align="edge", color=LINE, linewidth=0)
        volume.set_ylim(0, 3 * max(int(events.max()), 1))
        volume.grid(visible=False)
        volume.set_ylabel("events", color=MUTED)
        # The share is read first: it lies on top of the bars.
        axes.set_zorder(volume.get_zorder() + 1)
        axes.patch.set_visible(False)
        dates: Any = shown
        axes.fill_between(dates, broken[1], broken[2], color=SERIES[0], alpha=0.2, linewidth=0, step="post")
        axes.step(dates, broken[0], color=SERIES[0], where="post", linewidth=1.4, label="share of negatives")
        for number, span in enumerate(alarms):
            since, until = span
            axes.axvspan(since, until, color=SERIES[1], alpha=0.18, linewidth=0, label=None if number else "alarm")
        axes.set(ylim=(0, 1), ylabel="share of negatives")
        locator = AutoDateLocator(tz=times[0].tzinfo)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=times[0].tzinfo))
        axes.legend(loc="upper left", ncols=2)

    return draw(name, alternative, paint, width=9.2, height=2.7)


def _with_breaks(
    times: Sequence[datetime.datetime], width: datetime.timedelta
) -> tuple[list[datetime.datetime], list[int]]:
    """The times, with that of the end of each run of buckets, and the places where NaN belongs to these."""
    shown: list[datetime.datetime] = []
    places: list[int] = []
    for place, moment in enumerate(times):
        shown.append(moment)
        if place + 1 == len(times) or times[place + 1] - moment > width:
            shown.append(moment + width)
            places.append(place + 1)
    return shown, places
