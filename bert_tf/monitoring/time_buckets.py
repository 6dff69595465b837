"""Stretches of time of one length, numbered, in which events are counted."""

import datetime
import functools
import math
import re
from dataclasses import dataclass

from bert_tf.errors import DataError

DAY = 86_400
_UNITS = {"m": 60, "h": 3600, "d": DAY}
_WIDTH = re.compile(r"(\d+)([mhd])")


@dataclass(frozen=True)
class TimeBuckets:
    """Buckets of a width, all of the same number of seconds, the first of a day from midnight on.

    Attributes:
        seconds: Width; a day is a multiple of it.
        zone: Whose midnight is meant, that of its standard time: in summer days may begin an hour later.
    """

    seconds: int
    zone: datetime.tzinfo = datetime.UTC

    @property
    def per_day(self) -> int:
        """How many of them a day has."""
        return DAY // self.seconds

    @functools.cached_property
    def _offset(self) -> int:
        """Seconds that the standard time is ahead of UTC; summer is in July or in January."""
        offsets = [self.zone.utcoffset(datetime.datetime(2025, month, 1)) for month in (1, 7)]
        return int(min(offset or datetime.timedelta() for offset in offsets).total_seconds())

    def of(self, moment: float) -> int:
        """The bucket of a moment, in seconds since 1970."""
        return math.floor((moment + self._offset) / self.seconds)

    def start(self, bucket: int) -> int:
        """When a bucket begins, in seconds since 1970."""
        return bucket * self.seconds - self._offset

    def time(self, bucket: int) -> datetime.datetime:
        """The same as a time of the time zone."""
        return datetime.datetime.fromtimestamp(self.start(bucket), self.zone)

    def last_over(self, moment: float) -> int:
        """The last bucket that is over at a moment."""
        return self.of(moment) - 1


def bucket_seconds(width: str) -> int:
    """The seconds of a width such as `15m`, `1h` or `1d`.

    Raises:
        DataError: it is none, or doesn't go into a day.
    """
    found = _WIDTH.fullmatch(width)
    seconds = int(found[1]) * _UNITS[found[2]] if found else 0
    if not seconds or DAY % seconds:
        raise DataError(
            f"{width!r} is not a width of buckets.",
            where="--bucket",
            hint="use minutes or hours that go into a day, such as 15m, 1h or 6h, or 1d",
        )
    return seconds
