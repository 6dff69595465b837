"""Watches the buckets of one series and raises alarms."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from bert_tf.detection.alarm import Alarm
from bert_tf.detection.alarm_limits import AlarmLimits
from bert_tf.detection.buckets import check_counts
from bert_tf.detection.quiet_pattern import QuietPattern
from bert_tf.detection.surge_progress import Progress
from bert_tf.detection.tally import Counted
from bert_tf.errors import DataError


class SurgeDetector:
    """Raises an alarm when the share of negatives surges, and keeps it on until the share is back to normal.

    A surge raises one alarm, however long it lasts. What is raised depends on the counts alone, not on the order in
    which they came. Put buckets when they are complete: who looks at half a bucket looks more often than the limits
    allow for. Gaps need nothing; a bucket without texts says nothing.

    Args:
        pattern: Of a quiet period.
        limits: Of the sums of evidence.
        late_buckets: How many buckets before the newest can still be changed, ≥ 0; the newest always can.
    """

    def __init__(self, pattern: QuietPattern, limits: AlarmLimits, *, late_buckets: int = 0) -> None:
        self._pattern, self._limits, self._late_buckets = pattern, limits, late_buckets
        self._settled = Progress.at_rest(len(limits.odds_ratios))
        self._newest = self._settled
        self._recent: dict[int, Counted] = {}
        self._newest_start: int | None = None

    @property
    def pattern(self) -> QuietPattern:
        """Of the quiet period."""
        return self._pattern

    @property
    def changeable_from(self) -> int | None:
        """Beginning of the first bucket that can still be changed, in Unix seconds; None before the first."""
        if self._newest_start is None:
            return None
        return self._newest_start - self._late_buckets * self._pattern.seconds

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """All so far, in order; what of them can still change, see `Alarm.number`."""
        settled = self._settled.raised
        return self._newest.alarms(self._pattern, self._limits, settled=settled)

    @property
    def alarm(self) -> Alarm | None:
        """The one that is on."""
        alarms = self.alarms
        return alarms[-1] if alarms and alarms[-1].ended is None else None

    def put(self, start: int, *, texts: int, negatives: int, offset: float = 0.0) -> None:
        """Count a bucket, or count it anew.

        Args:
            start: Its beginning in Unix seconds.
            texts: In it, in all.
            negatives: Of them.
            offset: What its topics let expect beside the usual mix, in logits; see `TopicRates`.

        Raises:
            DataError: It is too old to be changed, doesn't begin where buckets do, or has more negatives than texts.
        """
        self.put_all([Counted(start, texts, negatives, offset)])

    def put_all(self, buckets: Sequence[Counted]) -> None:
        """Count several buckets, each of them new or anew, and judge the recent ones again once for all of them.

        Args:
            buckets: In order of time.

        Raises:
            DataError: As of `put`.
        """
        newest = self._newest_start
        known = [bucket for bucket in buckets if newest is not None and bucket.start <= newest]
        for bucket in known:
            self._check(bucket)
        self._recent.update((bucket.start, bucket) for bucket in known)
        if known:
            self._newest = self._settled
            for start in sorted(self._recent):
                self._newest = self._after(self._newest, self._recent[start])
        for bucket in buckets[len(known) :]:
            self._check(bucket)
            self._newest_start = bucket.start
            self._recent[bucket.start] = bucket
            self._newest = self._after(self._newest, bucket)
            self._settle()

    def _check(self, bucket: Counted) -> None:
        check_counts(np.array([bucket.start]), np.array([bucket.texts]), np.array([bucket.negatives]))
        changeable = self.changeable_from
        if self._newest_start is not None and (bucket.start - self._newest_start) % self._pattern.seconds:
            raise DataError(f"No bucket of {self._pattern.seconds} s begins at {bucket.start}.")
        if changeable is not None and bucket.start < changeable:
            raise DataError(
                f"The bucket at {bucket.start} can't be changed any more; the first that can begins at {changeable}.",
                hint="count late texts apart, or keep more late buckets",
            )

    def state(self) -> dict[str, Any]:
        """All that a later process needs to go on exactly, of lists, dictionaries, numbers and texts."""
        return {
            "pattern": dataclasses.asdict(self._pattern),
            "limits": dataclasses.asdict(self._limits),
            "late_buckets": self._late_buckets,
            "newest_start": self._newest_start,
            "settled": self._settled.state(),
            "recent": [dataclasses.asdict(self._recent[start]) for start in sorted(self._recent)],
        }

    @classmethod
    def of_state(cls, state: Mapping[str, Any]) -> Self:
        """From what `state` gave, or JSON made of it."""
        pattern, limits = QuietPattern.of_state(state["pattern"]), AlarmLimits.of_state(state["limits"])
        detector = cls(pattern, limits, late_buckets=state["late_buckets"])
        detector._newest_start = state["newest_start"]
        detector._settled = detector._newest = Progress.of_state(state["settled"])
        for values in state["recent"]:
            bucket = Counted(**values)
            detector._recent[bucket.start] = bucket
            detector._newest = detector._after(detector._newest, bucket)
        return detector

    def _settle(self) -> None:
        """Take what can't change any more out of the recent buckets."""
        changeable = self.changeable_from
        for start in sorted(self._recent):
            if changeable is not None and start < changeable:
                self._settled = self._after(self._settled, self._recent.pop(start))

    def _after(self, progress: Progress, bucket: Counted) -> Progress:
        return progress.after(bucket, pattern=self._pattern, limits=self._limits)
