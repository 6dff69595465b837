"""What the owner of a stream should know of it, a sentence each."""

from collections.abc import Iterator, Sequence

import numpy as np

from bert_tf.monitoring.counters import Counters
from bert_tf.monitoring.event_counter import MOST_SERIES, OTHERS
from bert_tf.monitoring.events import ALL
from bert_tf.monitoring.series_view import SeriesView
from bert_tf.monitoring.time_buckets import TimeBuckets
from bert_tf.plurals import counted

FEW = 30  # events, from which no change can be told
_FLOOD = 10  # times the usual number of events
_BUCKETS_FOR_USUAL = 8
_REPEATED = 0.01  # share of events
_NAMED = 5  # series in a sentence


def stream_remarks(counters: Counters, *, timezone: str) -> Iterator[str]:
    """Of rows that make no event, and of the times and ids of the others."""
    refused = sum(counters.refused.values())
    if refused:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in counters.refused.most_common())
        other = " Times in another format need --time-format." if counters.refused["unreadable time"] else ""
        yield f"{counted(refused, 'row')} could not be counted: {reasons}.{other}"
    if counters.naive and counters.zoned:
        yield (
            f"Of the times, {counters.naive:,} had no time zone and {counters.zoned:,} had one; the first were read as "
            f"{timezone}, which --timezone changes."
        )
    if counters.duplicates:
        yield f"{counted(counters.duplicates, 'event')} skipped, because the id was already counted."
    if counters.repeats > _REPEATED * max(counters.events, 1):
        yield (
            f"{counted(counters.repeats, 'event')} repeated an earlier one in time, series and text; if these were "
            "delivered twice, name the column of their id with --id."
        )
    # There are no others where there was a single event.
    if 0 < len(counters.ahead) < counters.events:
        yield (
            f"{counted(len(counters.ahead), 'event')} had a time more than a day ahead of all others: counted there, "
            "but not taken as the current time of the stream."
        )
    if counters.late:
        yield f"{counted(counters.late, 'event')} came too late to be tested; a longer --late would include them."


def series_remarks(views: Sequence[SeriesView], buckets: TimeBuckets) -> Iterator[str]:
    """Of series that tell little or look odd."""
    few = [view for view in views if 0 < view.events.sum() < FEW]
    if few:
        sizes = named_in_part([f"{view.name} ({view.events.sum()})" for view in few])
        yield f"Too few events to detect a change: {sizes}."
    many = [view for view in views if view.events.sum() >= FEW]
    for shares, mood in ((1.0, "negative"), (0.0, "not negative")):
        alike = [view.name for view in many if view.negatives.sum() == shares * view.events.sum()]
        if alike:
            yield f"All events are {mood}, so no usual share is known: {named_in_part(alike)}."
    for view in views:
        if view.name == ALL or len(views) == 1:
            yield from _gaps_and_floods(view, buckets)
    if any(view.name == OTHERS for view in views):
        yield f"There are more than {MOST_SERIES:,} series; the events of all others are counted as {OTHERS}."


def _gaps_and_floods(view: SeriesView, buckets: TimeBuckets) -> Iterator[str]:
    if view.gaps:
        span = len(view.buckets) + view.gaps
        yield f"{view.gaps:,} of {counted(span, 'bucket')} of time {'has' if view.gaps == 1 else 'have'} no event."
    if len(view.buckets) < _BUCKETS_FOR_USUAL:
        return
    usual = float(np.median(view.events))
    floods = np.flatnonzero(view.events > _FLOOD * usual)
    if len(floods):
        largest = floods[np.argmax(view.events[floods])]
        when = buckets.time(int(view.buckets[largest]))
        yield (
            f"{counted(len(floods), 'bucket')} of time {'has' if len(floods) == 1 else 'have'} more than {_FLOOD} "
            f"times the usual {usual:,.0f} events; the most at {when:%Y-%m-%d %H:%M}: {view.events[largest]:,}."
        )


def named_in_part(names: Sequence[str]) -> str:
    """The first names, and how many more there are: `A, B, C, D, E and 3 more`."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
