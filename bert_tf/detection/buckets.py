"""Counts of texts and of negative ones in buckets of time, and which hour, weekday and day a bucket belongs to."""

import datetime
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from bert_tf.errors import DataError

DAY = 86400  # seconds
HOURS, WEEKDAYS = 24, 7


@dataclass(frozen=True, eq=False)
class Buckets:
    """T buckets of one series, in order of time. A bucket without texts may be left out.

    Attributes:
        starts: Unix seconds, int64 [T], rising; apart from each other by whole buckets.
        seconds: Length of a bucket; a day is a multiple of it.
        texts: int64 [T], ≥ 0.
        negatives: int64 [T], of `texts`.
        offsets: What the topics of a bucket let expect beside the usual mix, in logits, float64 [T]; see `TopicRates`.
        zone: Name of the time zone that hours and weekdays are of.
    """

    starts: np.ndarray
    seconds: int
    texts: np.ndarray
    negatives: np.ndarray
    offsets: np.ndarray
    zone: str = "UTC"

    def __post_init__(self) -> None:
        check_length(self.seconds)
        check_zone(self.zone)
        if not (len(self.starts) == len(self.texts) == len(self.negatives) == len(self.offsets)):
            raise DataError("Starts, texts, negatives and offsets of buckets are not equally many.")
        check_counts(self.starts, self.texts, self.negatives)
        gaps = np.diff(self.starts)
        if (gaps <= 0).any() or (gaps % self.seconds).any():
            raise DataError(f"Buckets are not in order of time, or not apart by multiples of {self.seconds} s.")

    def __len__(self) -> int:
        return len(self.starts)

    @classmethod
    def of_counts(
        cls,
        *,
        start: int,
        seconds: int,
        texts: Sequence[int] | np.ndarray,
        negatives: Sequence[int] | np.ndarray,
        zone: str = "UTC",
    ) -> Self:
        """Buckets without a gap, the first of which begins at `start`.

        Raises:
            DataError: More negatives than texts, a length that doesn't divide a day, or an unknown time zone.
        """
        check_length(seconds)
        starts = start + seconds * np.arange(len(texts), dtype=np.int64)
        counted, negative = np.asarray(texts, np.int64), np.asarray(negatives, np.int64)
        return cls(starts, seconds, counted, negative, np.zeros(len(starts)), zone)

    def before(self, moment: int) -> "Buckets":
        """Those that end at or before a moment."""
        return self._taken(self.starts + self.seconds <= moment)

    def since(self, moment: int) -> "Buckets":
        """Those that begin at or after a moment."""
        return self._taken(self.starts >= moment)

    def _taken(self, mask: np.ndarray) -> "Buckets":
        return Buckets(
            self.starts[mask], self.seconds, self.texts[mask], self.negatives[mask], self.offsets[mask], self.zone
        )


@dataclass(frozen=True, eq=False)
class Calendar:
    """Where T moments lie in their time zone.

    Attributes:
        hours: 0 to 23, int64 [T].
        weekdays: 0 (Monday) to 6, int64 [T].
        days: Number of the day since 1 January of year 1, int64 [T].
        seconds: Since midnight by the clock, int64 [T].
    """

    hours: np.ndarray
    weekdays: np.ndarray
    days: np.ndarray
    seconds: np.ndarray


def calendar(starts: np.ndarray, zone: str) -> Calendar:
    """Of Unix seconds, int64 [T]."""
    # A zone's distance from UTC is the same all through a quarter of an hour.
    quarters, place = np.unique(starts // 900, return_inverse=True)
    there = zoneinfo.ZoneInfo(zone)
    distances = [_distance(int(quarter) * 900, there) for quarter in quarters]
    local = starts + np.array(distances, np.int64)[place]
    days, seconds = np.divmod(local, DAY)
    days = days + datetime.date(1970, 1, 1).toordinal()
    return Calendar(seconds // 3600, (days - 1) % WEEKDAYS, days, seconds)


def _distance(moment: int, zone: zoneinfo.ZoneInfo) -> int:
    """From UTC, in seconds."""
    if zone.key == "UTC":
        return 0
    offset = datetime.datetime.fromtimestamp(moment, zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def check_length(seconds: int) -> None:
    """Raises: DataError: a day is no multiple of the length."""
    if not 0 < seconds <= DAY or DAY % seconds:
        raise DataError(f"A bucket of {seconds} s doesn't divide a day.", hint="take 1h, 1d, or another part of a day")


def check_zone(zone: str) -> None:
    """Raises: DataError: an unknown name."""
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise DataError(
            f"The time zone {zone!r} is not known.", hint='take a name such as "Europe/Berlin" or "UTC"'
        ) from None


def check_counts(starts: np.ndarray, texts: np.ndarray, negatives: np.ndarray) -> None:
    """Raises: DataError: a count below 0, or more negatives than texts."""
    wrong = np.flatnonzero((negatives < 0) | (negatives > texts))
    if len(wrong):
        first = wrong[0]
        moment = datetime.datetime.fromtimestamp(int(starts[first]), datetime.UTC)
        raise DataError(
            f"{negatives[first]} of {texts[first]} texts are counted as negative.",
            where=f"the bucket that begins at {moment:%Y-%m-%d %H:%M} UTC",
        )
