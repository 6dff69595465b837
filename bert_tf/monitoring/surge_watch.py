"""Judges the buckets of all series that are over, and keeps the alarms that follow from them."""

import dataclasses
import datetime
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from bert_tf.detection.alarm import Alarm
from bert_tf.detection.alarm_limits import simulate_limits
from bert_tf.detection.buckets import Buckets
from bert_tf.detection.confusion import ConfusionMatrix
from bert_tf.detection.learn_quiet import learn_quiet
from bert_tf.detection.surge_detector import SurgeDetector
from bert_tf.errors import DataError
from bert_tf.monitoring.classifier_errors import NEGATIVE
from bert_tf.monitoring.event_counter import CHANGED, Judged
from bert_tf.monitoring.events import ALL
from bert_tf.monitoring.monitor_remarks import named_in_part
from bert_tf.monitoring.series_view import SeriesView
from bert_tf.monitoring.state_store import ENDED, RAISED, StateStore
from bert_tf.monitoring.time_buckets import DAY, TimeBuckets

QUIET_DAYS = 14
MOST_WATCHED = 20  # series: the limits of each take seconds of simulation
TEXTS_SHOWN = 10
_DAYS_OF_TEXTS = 60
# Facts: the last bucket that was judged, the last one of the quiet period, and why series are not judged.
_LAST, _QUIET, _UNJUDGED = "judged", "quiet", "unjudged"
_SMALL = "small"  # why a series that is none of the largest is not judged
_STRAY = 0.001  # share of the events that may lie before the quiet period, by wrong clocks


@dataclasses.dataclass(frozen=True)
class AlarmSettings:
    """What is promised of alarms, and what they are judged against.

    Attributes:
        days_between: One false alarm in so many days, of all series together.
        late: For how many seconds late events change what was judged.
        quiet_until: End of the quiet period, in seconds since 1970; None for 14 days from the first events on.
    """

    days_between: float = 100.0
    late: int = 6 * 3600
    quiet_until: float | None = None


class SurgeWatch:
    """The alarm of all series of a state.

    Args:
        store: The state.
        buckets: Of time.
        settings: Of the alarm.
        view: A series by its name, from a bucket to a bucket.
        errors: Of the classifier, as of `errors_of`, if known.
        stage: What is done is said there, as simulating takes seconds.
    """

    def __init__(
        self,
        store: StateStore,
        buckets: TimeBuckets,
        *,
        settings: AlarmSettings,
        view: Callable[[str, int | None, int | None], SeriesView],
        errors: ConfusionMatrix | None = None,
        stage: Callable[[str], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._errors, self._stage = errors, stage
        self._store, self._buckets, self._settings, self._view = store, buckets, settings, view
        self._detectors = {name: SurgeDetector.of_state(state) for name, state in store.detectors().items()}

    @property
    def judged(self) -> Judged | None:
        """How far the buckets were judged; None before the quiet period is over."""
        last, quiet = self._store.fact(_LAST), self._store.fact(_QUIET)
        return None if last is None else Judged(last, max(quiet, last - self._late_buckets))

    @property
    def _late_buckets(self) -> int:
        return math.ceil(self._settings.late / self._buckets.seconds)

    @property
    def remarks(self) -> list[str]:
        """Why series are not judged, a sentence each."""
        found: dict[str, str] | None = self._store.fact(_UNJUDGED)
        if found is None:
            return ["The quiet period, which alarms are judged against, is not over yet."]
        known = {*found, *self._detectors}
        late = [name for name in self._store.series() if name not in known]
        named: defaultdict[str, list[str]] = defaultdict(list)
        for name, why in found.items():
            named[why].append(name)
        small = named.pop(_SMALL, [])
        return [
            *(f"{named_in_part(names)} {_have(names)} no alarm: {why}" for why, names in named.items()),
            *([f"Only the {MOST_WATCHED} largest series have an alarm; not {named_in_part(small)}."] if small else []),
            *([f"Without a quiet period, and so without an alarm: {named_in_part(late)}."] if late else []),
        ]

    def judge(self, last: int) -> None:
        """Judge all buckets up to one, and again those that late events have changed since the last time."""
        judged, changed = self.judged or self._learn(last), self._store.fact(CHANGED)
        if judged is None or (last <= judged.last and not changed):
            return
        with self._store.step():
            newest = max(judged.last, last)
            for series, detector in self._detectors.items():
                own = {bucket for name, bucket in changed or () if name == series}
                self._put(series, detector, sorted({*own, *range(judged.last + 1, last + 1)}), newest=newest)
            self._store.keep_fact(_LAST, newest)
            self._store.keep_fact(CHANGED, [])
            self._store.drop_texts(last - math.ceil(_DAYS_OF_TEXTS * self._buckets.per_day))

    def _put(self, series: str, detector: SurgeDetector, buckets: list[int], *, newest: int) -> None:
        if not buckets:
            return
        view = self._view(series, buckets[0], buckets[-1])
        wanted = set(buckets)
        for bucket, events, negatives in zip(view.buckets, view.events, view.negatives, strict=True):
            if int(bucket) in wanted:
                detector.put(self._buckets.start(int(bucket)), texts=int(events), negatives=int(negatives))
        state = detector.state()
        self._store.keep_detector(series, state)
        quiet = (state["pattern"]["negatives"], state["pattern"]["texts"])
        described = [self._described(series, alarm, quiet, newest=newest) for alarm in detector.alarms]
        self._store.keep_alarms(series, described)

    def _described(self, series: str, alarm: Alarm, quiet: tuple[int, int], *, newest: int) -> dict[str, Any]:
        since = self._buckets.of(alarm.since)
        until = newest if alarm.ended is None else self._buckets.of(alarm.ended) - 1
        texts = self._store.texts(series, first=since, last=until, most=TEXTS_SHOWN)
        times = {key: getattr(alarm, key) for key in ("raised", "since", "ended")}
        return {
            "series": series,
            **dataclasses.asdict(alarm),
            **{key: None if value is None else self._written(value) for key, value in times.items()},
            "state": RAISED if alarm.ended is None else ENDED,
            "corrected": self._corrected(quiet, (alarm.negatives, alarm.texts)),
            "examples": [text.text for text in texts],
        }

    def _corrected(self, quiet: tuple[int, int], since: tuple[int, int]) -> dict[str, Any] | None:
        """Shares in the quiet period and since the surge began, without the classifier's errors, where these are known.

        Args:
            quiet, since: Negatives, and all.
        """
        if self._errors is None:
            return None
        shares = {
            name: self._errors.correct((negatives, events - negatives))[NEGATIVE]
            for name, (negatives, events) in {"quiet": quiet, "since": since}.items()
        }
        return {name: dataclasses.asdict(share) for name, share in shares.items()}

    def _written(self, moment: int) -> str:
        return datetime.datetime.fromtimestamp(moment, self._buckets.zone).isoformat()

    def _learn(self, last: int) -> Judged | None:
        """Learn what is usual, once the quiet period is over, which is judged by that; None where it isn't over."""
        whole = self._view(ALL, None, last)
        if not len(whole.buckets):
            return None
        first = int(whole.buckets[np.searchsorted(np.cumsum(whole.events), _STRAY * whole.events.sum())])
        until = self._settings.quiet_until
        end = self._buckets.start(first) + QUIET_DAYS * DAY if until is None else until
        quiet_last = self._buckets.last_over(end)
        if last < quiet_last:
            return None
        with self._store.step():
            views = [self._view(name, first, quiet_last) for name in self._store.series()]
            views.sort(key=lambda view: (view.name != ALL, -int(view.events.sum())))
            unjudged = self._learn_series([view for view in views if len(view.buckets)])
            self._store.keep_fact(_UNJUDGED, unjudged)
            self._store.keep_fact(_LAST, quiet_last)
            self._store.keep_fact(_QUIET, quiet_last)
        return self.judged

    def _learn_series(self, views: list[SeriesView]) -> dict[str, str]:
        """Make a detector for each series that allows it; for the others, why it doesn't."""
        unjudged: dict[str, str] = {}
        for view in views[MOST_WATCHED:]:
            unjudged[view.name] = _SMALL
        chosen = views[:MOST_WATCHED]
        for view in chosen:
            try:
                quiet = Buckets(
                    view.starts,
                    self._buckets.seconds,
                    view.events,
                    view.negatives,
                    np.zeros(len(view.buckets)),
                    str(self._buckets.zone),
                )
                pattern = learn_quiet(quiet)
                with self._stage(f"simulating quiet time of {view.name}"):
                    limits = simulate_limits(pattern, quiet, days=self._settings.days_between, series=len(chosen))
            except DataError as problem:
                unjudged[view.name] = problem.what
                continue
            self._detectors[view.name] = SurgeDetector(pattern, limits, late_buckets=self._late_buckets)
            self._store.keep_detector(view.name, self._detectors[view.name].state())
        return unjudged


def _have(names: Sequence[str]) -> str:
    return "has" if len(names) == 1 else "have"
