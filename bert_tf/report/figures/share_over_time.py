"""A share over time with its interval, how much it is a share of, and when an alarm was on."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num

from bert_tf.report.figures.drawing import LINE, MUTED, SERIES, draw

Span = tuple[datetime.datetime, datetime.datetime]


@dataclass(frozen=True)
class Shares:
    """A share in buckets of time.

    Attributes:
        times: When the T buckets with events begin, rising.
        width: Of a bucket.
        values, low, high: Share and its interval, float64 [T].
        events: How many it is a share of, int64 [T].
    """

    times: Sequence[datetime.datetime]
    width: datetime.timedelta
    values: np.ndarray
    low: np.ndarray
    high: np.ndarray
    events: np.ndarray


def share_over_time(name: str, alternative: str, shares: Shares, *, alarms: Sequence[Span]) -> Markup:
    """Draw a series.

    Args:
        name: Tells its ids from those of the page's other figures.
        alternative: What it shows, in words.
        shares: What is drawn.
        alarms: From when to when an alarm was on.
    """
    times, events = shares.times, shares.events
    shown, places = _edges(times, shares.width)
    share, bottom, top, counts = (
        np.append(values, np.nan)[places] for values in (shares.values, shares.low, shares.high, events)
    )

    def paint(axes: Axes) -> None:
        volume: Any = axes.twinx()
        dates: Any = shown
        volume.fill_between(dates, 0, counts, color=LINE, linewidth=0, step="post")
        volume.set_ylim(0, 3 * max(int(events.max()), 1))
        volume.grid(visible=False)
        volume.set_ylabel("events", color=MUTED)
        # The share is read first: it lies on top of the bars.
        axes.set_zorder(volume.get_zorder() + 1)
        axes.patch.set_visible(False)
        axes.fill_between(dates, bottom, top, color=SERIES[0], alpha=0.2, linewidth=0, step="post")
        axes.step(dates, share, color=SERIES[0], where="post", linewidth=1.4, label="share of negatives")
        for number, span in enumerate(alarms):
            since, until = map(date2num, span)
            axes.axvspan(since, until, color=SERIES[1], alpha=0.18, linewidth=0, label=None if number else "alarm")
        axes.set(ylim=(0, 1), ylabel="share of negatives")
        locator = AutoDateLocator(tz=times[0].tzinfo)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=times[0].tzinfo))
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0, ncols=2)

    return draw(name, alternative, paint, width=9.2, height=2.7)


def _edges(times: Sequence[datetime.datetime], width: datetime.timedelta) -> tuple[list[datetime.datetime], list[int]]:
    """The beginnings of buckets, and the end of each run of them: the times, and of each the place of its value.

    Between two runs the place is -1, which has none.
    """
    shown: list[datetime.datetime] = []
    places: list[int] = []
    for place, moment in enumerate(times):
        shown.append(moment)
        places.append(place)
        is_last = place + 1 == len(times)
        if is_last or times[place + 1] - moment > width:
            shown += [moment + width] * (1 if is_last else 2)
            places += [place] if is_last else [place, -1]
    return shown, places
