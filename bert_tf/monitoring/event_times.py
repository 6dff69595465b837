"""When an event was, from what stands in a cell or in a JSON value."""

import datetime
import math
import re
import time
import zoneinfo
from collections.abc import Callable
from typing import NamedTuple

from bert_tf.data.checks import Refusal
from bert_tf.data.labels import MISSING_VALUES
from bert_tf.data.written_times import parsed_time
from bert_tf.errors import DataError
from bert_tf.monitoring.time_formats import fitting_formats
from bert_tf.nearest_name import did_you_mean

AHEAD_REASON = "time in the future"
AHEAD = 300.0  # seconds that another machine's clock may be ahead of this one's
# Of numbers from these on, a second has so many: as seconds, they would be of the year 5138 and later.
_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
_NUMBER = re.compile(r"-?\d{9,}(\.\d+)?")  # a date such as 20150224 has eight digits
_LEAST = 1e8  # seconds since 1970: in 1973; smaller numbers are dates such as 20150224, or no times
_LONGEST_SHOWN = 40
_SUGGESTIONS = 20


class Moment(NamedTuple):
    """When an event was.

    Attributes:
        seconds: Since 1970-01-01 UTC.
        is_naive: Whether it was written without a time zone.
    """

    seconds: float
    is_naive: bool


class EventTimes:
    """Reads times: ISO 8601, also with slashes; seconds, milliseconds, microseconds or nanoseconds since 1970; RFC 2822
    and Twitter's; or one pattern.

    Args:
        column: What the times stand in, for messages.
        zone: Of times that are written without one.
        pattern: As of `datetime.strptime`; what doesn't fit it is no time then.
        now: Seconds since 1970, for times that lie ahead.
        suggestions: For how many times at most a pattern is suggested.
    """

    def __init__(
        self,
        column: str,
        *,
        zone: datetime.tzinfo = datetime.UTC,
        pattern: str | None = None,
        now: Callable[[], float] = time.time,
        suggestions: int = _SUGGESTIONS,
    ) -> None:
        self._column, self._zone, self._pattern, self._now = column, zone, pattern, now
        self._suggestions = suggestions

    def read(self, value: object) -> Moment | Refusal:
        """When it was, or why that isn't known."""
        if is_missing_time(value):
            return Refusal("missing time", f"{self._column} is missing")
        try:
            moment = self._moment(value)
        except (ValueError, OverflowError, TypeError):
            shown = repr(value)
            shown = shown if len(shown) <= _LONGEST_SHOWN else f"{shown[: _LONGEST_SHOWN - 1]}…"
            return Refusal("unreadable time", f"{self._column} is {shown}, not a time{self._suggestion(value)}")
        if moment.seconds > self._now() + AHEAD:
            when = datetime.datetime.fromtimestamp(moment.seconds, datetime.UTC)
            return Refusal(AHEAD_REASON, f"{self._column} is {when:%Y-%m-%d %H:%M} UTC, which is in the future")
        return moment

    def _suggestion(self, value: object) -> str:
        """How to have the first such times read, where patterns are known that fit."""
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        if self._pattern is not None or not self._suggestions or not isinstance(text, str):
            return ""
        self._suggestions -= 1
        fitting = fitting_formats(text)
        return f"; read by --time-format {' or '.join(map(repr, fitting))}" if fitting else ""

    def _moment(self, value: object) -> Moment:
        if isinstance(value, bytes):
            value = value.decode()
        if isinstance(value, str):
            value = value.strip()
            if self._pattern is not None:
                value = datetime.datetime.strptime(value, self._pattern)
            elif _NUMBER.fullmatch(value):
                value = float(value)
            else:
                value = parsed_time(value)
        if isinstance(value, datetime.datetime):
            is_naive = value.tzinfo is None
            return Moment((value.replace(tzinfo=self._zone) if is_naive else value).timestamp(), is_naive)
        if isinstance(value, datetime.date):
            midnight = datetime.datetime.combine(value, datetime.time(), self._zone)
            return Moment(midnight.timestamp(), True)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError
        if abs(value) < _LEAST:
            raise ValueError
        seconds = value / next((unit for least, unit in _UNITS if abs(value) >= least), 1.0)
        datetime.datetime.fromtimestamp(seconds, datetime.UTC)  # raises for what no calendar has
        return Moment(seconds, False)


def is_missing_time(value: object) -> bool:
    """Whether a cell is empty, or holds what programs write where a time is missing."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or (isinstance(value, str) and (not value.strip() or value.strip() in MISSING_VALUES))


def time_zone(name: str) -> zoneinfo.ZoneInfo:
    """A time zone by its name in the IANA database, such as `America/New_York`.

    Raises:
        DataError: there is none of this name; names the nearest.
    """
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise DataError(
            f"There is no time zone {name!r}.",
            where="--timezone",
            hint=did_you_mean(name, zoneinfo.available_timezones()) or "use a name such as Europe/Berlin",
        ) from problem


def check_time_format(pattern: str) -> None:
    """Raises DataError where no time, or one without a year, can be read by a pattern of `datetime.strptime`."""
    example = datetime.datetime(2024, 2, 24, 19, 35, 52, tzinfo=datetime.UTC)
    try:
        year = datetime.datetime.strptime(example.strftime(pattern), pattern).year
    except (ValueError, re.error):
        year = None
    if year != example.year:
        raise DataError(
            f"{pattern!r} is no format of times" + (" that have a year." if year else "."),
            where="--time-format",
            hint="write %Y for the year, %m, %d, %H, %M and %S, such as '%d-%m-%Y %H:%M'",
        )


def option_seconds(option: str, text: str, zone: datetime.tzinfo) -> float:
    """The seconds since 1970 of a time that a user gives, which may lie ahead.

    Args:
        option: That it is given with.
        text: As of `EventTimes`.
        zone: Of a time that is written without one.

    Raises:
        DataError: it is no time.
    """
    found = EventTimes(option, zone=zone, now=lambda: math.inf, suggestions=0).read(text)
    if isinstance(found, Refusal):
        raise DataError(f"{found.message}.", where=option, hint="write it as 2026-01-31 or 2026-01-31T12:00")
    return found.seconds
