"""All that is shown of a monitor at one moment."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bert_tf.monitoring.counters import Counters
from bert_tf.monitoring.series_view import SeriesView
from bert_tf.monitoring.state_store import RAISED
from bert_tf.monitoring.topic_view import TopicView


@dataclass(frozen=True)
class MonitorView:
    """What pages, files and metrics are made of.

    Attributes:
        name: Of the model.
        timezone: Name of the time zone that times are shown in.
        width: Of a bucket.
        outcomes: All that there are.
        series: All series, that of all events first.
        alarms: In the order in which they were raised, as of `SurgeWatch`.
        counters: Of the whole stream.
        remarks: Sentences.
        settings: Name and value of each, for people.
        is_judged: Whether the quiet period is over.
        over: The last bucket that is over, as far as this process has judged; None before.
        topics: Of all series, if a head tells topics.
    """

    name: str
    timezone: str
    width: datetime.timedelta
    outcomes: Sequence[str]
    series: Sequence[SeriesView]
    alarms: Sequence[dict[str, Any]]
    counters: Counters
    remarks: Sequence[str]
    settings: Sequence[tuple[str, str]]
    is_judged: bool
    over: int | None = None
    topics: Sequence[TopicView] = ()

    @property
    def alarms_on(self) -> list[dict[str, Any]]:
        """Those that are on now."""
        return [alarm for alarm in self.alarms if alarm["state"] == RAISED]
