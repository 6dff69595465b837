"""Judges the buckets of all series that are over, and keeps the alarms that follow from them."""

import dataclasses
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from bert_tf.detection.confusion import ConfusionMatrix
from bert_tf.detection.surge_detector import SurgeDetector
from bert_tf.detection.tally import Counted
from bert_tf.monitoring.alarm_records import AlarmRecords
from bert_tf.monitoring.event_counter import CHANGED, Judged
from bert_tf.monitoring.events import ALL
from bert_tf.monitoring.monitor_remarks import named_in_part
from bert_tf.monitoring.quiet_periods import QUIET_DAYS, Learned, QuietPeriod, QuietPeriods, first_bucket
from bert_tf.monitoring.series_view import SeriesView
from bert_tf.monitoring.state_store import StateStore
from bert_tf.monitoring.time_buckets import DAY, TimeBuckets
from bert_tf.plurals import counted

MOST_WATCHED = 20  # series: the limits of each take seconds of simulation
_DAYS_OF_TEXTS = 60
# Facts: the last bucket that was judged, the quiet period of the stream and those of series, why series are not judged,
# into how many places the rate of false alarms was divided, and up to which bucket later series were looked for.
_LAST, _QUIET, _PERIODS, _UNJUDGED, _PLACES, _LOOKED = "judged", "quiet", "periods", "unjudged", "places", "looked"
_STRAYS = "strays"  # the fact that tells how many events lie before the quiet period, by wrong clocks
_SMALL = "small"  # why a series that is none of the largest is not judged


@dataclasses.dataclass(frozen=True)
class AlarmSettings:
    """What is promised of alarms, and what they are judged against.

    Attributes:
        days_between: One false alarm in so many days, of all series together.
        late: For how many seconds late events change what was judged.
        quiet_until: End of the quiet period, in seconds since 1970; None for 14 days from the first events on. A series
            that comes later has 14 days of its own.
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
        self._store, self._buckets, self._settings, self._view = store, buckets, settings, view
        self._records = AlarmRecords(store, buckets, errors=errors)
        self._late_buckets = math.ceil(settings.late / buckets.seconds)
        self._quiet = QuietPeriods(
            buckets, days_between=settings.days_between, late_buckets=self._late_buckets, stage=stage
        )
        self._detectors = {name: SurgeDetector.of_state(state) for name, state in store.detectors().items()}

    @property
    def judged(self) -> Judged | None:
        """How far the buckets were judged; None before the quiet period is over."""
        last, quiet = self._store.fact(_LAST), self._store.fact(_QUIET)
        return None if last is None else Judged(last, max(quiet[1], last - self._late_buckets))

    @property
    def remarks(self) -> list[str]:
        """Why series are not judged, a sentence each."""
        found: dict[str, str] | None = self._store.fact(_UNJUDGED)
        if found is None:
            return ["The quiet period is not over yet; alarms need it for comparison."]
        known = {*found, *self._detectors}
        late = [name for name in self._store.series() if name not in known]
        strays: int = self._store.fact(_STRAYS)
        named: defaultdict[str, list[str]] = defaultdict(list)
        for name, why in found.items():
            if name not in self._detectors:
                named[why].append(name)
        small = named.pop(_SMALL, [])
        first, last = self._store.fact(_QUIET)
        return [
            *([_ENDED_EARLY] if last < first else []),
            *(
                [f"{counted(strays, 'event')} with a time long before all others did not start the quiet period."]
                if strays
                else []
            ),
            *(f"{named_in_part(names)} {_have(names)} no alarm: {why}" for why, names in named.items()),
            *([f"Only the {MOST_WATCHED} largest series have an alarm; not {named_in_part(small)}."] if small else []),
            *([self._of_late(late)] if late else []),
        ]

    def _of_late(self, late: Sequence[str]) -> str:
        if len(self._detectors) >= MOST_WATCHED:
            return f"{MOST_WATCHED} series have an alarm; {named_in_part(late)} came too late to have one."
        return (
            f"{named_in_part(late)} came after the quiet period and {_have(late)} no alarm yet: the first {QUIET_DAYS} "
            "days of a series are its own quiet period."
        )

    def judge(self, last: int) -> None:
        """Judge all buckets up to one, and again those that late events have changed since the last time."""
        judged, changed = self.judged or self._learn(last), self._store.fact(CHANGED)
        if judged is None or (last <= judged.last and not changed):
            return
        with self._store.step():
            newest = max(judged.last, last)
            for series in self._detectors:
                own = {bucket for name, bucket in changed or () if name == series}
                self._put(series, {*own, *range(judged.last + 1, last + 1)}, newest=newest)
            self._learn_later(newest)
            self._store.keep_fact(_LAST, newest)
            self._store.keep_fact(CHANGED, [])
            self._store.drop_texts(last - math.ceil(_DAYS_OF_TEXTS * self._buckets.per_day))

    def _put(self, series: str, buckets: set[int], *, newest: int) -> None:
        """Judge those buckets of a series that lie behind its quiet period."""
        detector, period = self._detectors[series], self._period(series)
        wanted = {bucket for bucket in buckets if bucket > period.last}
        if not wanted:
            return
        view = self._view(series, min(wanted), max(wanted))
        detector.put_all(
            [
                Counted(self._buckets.start(int(bucket)), int(events), int(negatives))
                for bucket, events, negatives in zip(view.buckets, view.events, view.negatives, strict=True)
                if int(bucket) in wanted
            ]
        )
        self._store.keep_detector(series, detector.state())
        self._records.keep(detector, period, newest=newest)

    def _period(self, series: str) -> QuietPeriod:
        return QuietPeriod(series, *self._store.fact(_PERIODS)[series])

    def _learn(self, last: int) -> Judged | None:
        """Learn what is usual, once the quiet period is over, which is judged by that; None where it isn't over."""
        whole = self._view(ALL, None, last)
        first = first_bucket(whole, self._buckets)
        if first is None:
            return None
        until = self._settings.quiet_until
        end = self._buckets.start(first) + QUIET_DAYS * DAY if until is None else until
        quiet_last = self._buckets.last_over(end)
        if last < quiet_last:
            return None
        views = [self._view(name, first, quiet_last) for name in self._store.series()]
        views = sorted(
            (view for view in views if len(view.buckets)), key=lambda view: (view.name != ALL, -int(view.events.sum()))
        )
        chosen, rest = views[:MOST_WATCHED], views[MOST_WATCHED:]
        # Where there are series, others may come later: these share a place of their own.
        places = len(chosen) + (len(chosen) > 1)
        learned = self._quiet.learn(chosen, (first, quiet_last), sharing=places)
        with self._store.step():
            facts = {_QUIET: (first, quiet_last), _LAST: quiet_last, _LOOKED: quiet_last, _PLACES: places}
            strays = int(whole.events[whole.buckets < first].sum())
            for name, value in {**facts, _STRAYS: strays, _UNJUDGED: {view.name: _SMALL for view in rest}}.items():
                self._store.keep_fact(name, value)
            for one in learned:
                self._keep(one)
        return self.judged

    def _learn_later(self, last: int) -> None:
        """Learn what is usual of series that came later, and judge what is behind their quiet periods; once a day."""
        looked: int = self._store.fact(_LOOKED)
        if last - looked < self._buckets.per_day or len(self._detectors) >= MOST_WATCHED:
            return
        small = {name for name, why in self._store.fact(_UNJUDGED).items() if why == _SMALL}
        names = [name for name in self._store.series() if name not in self._detectors and name not in small]
        views = [self._view(name, None, last) for name in names]
        later = sum(period != self._store.fact(_QUIET) for period in (self._store.fact(_PERIODS) or {}).values())
        for one in self._quiet.later(views, last, before=looked + 1, places=self._store.fact(_PLACES), known=later):
            self._keep(one)
            if one.detector is not None:
                self._put(one.period.series, set(range(one.period.last + 1, last + 1)), newest=last)
            if len(self._detectors) >= MOST_WATCHED:
                break
        self._store.keep_fact(_LOOKED, last)

    def _keep(self, learned: Learned) -> None:
        """Keep the detector of a series, or why it has none."""
        series, first, last = learned.period
        if learned.detector is None:
            self._store.keep_fact(_UNJUDGED, {**(self._store.fact(_UNJUDGED) or {}), series: learned.why})
            return
        self._detectors[series] = learned.detector
        self._store.keep_detector(series, learned.detector.state())
        self._store.keep_fact(_PERIODS, {**(self._store.fact(_PERIODS) or {}), series: (first, last)})


_ENDED_EARLY = (
    f"--quiet-until is before the first events, so the first {QUIET_DAYS} days of each series are its own quiet period."
)


def _have(names: Sequence[str]) -> str:
    return "has" if len(names) == 1 else "have"
