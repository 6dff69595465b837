"""Formats of times that people write, and that leave a doubt which is the day and which the month."""

import datetime
from itertools import product

_DATES = (
    *("%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%Y", "%m-%d-%Y"),
    *("%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%B %d, %Y", "%b %d, %Y", "%Y-%m-%d", "%Y-%m"),
)
_CLOCKS = ("", "%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p")
_FORMATS = tuple(
    f"{date}{between}{clock}"
    for date, clock in product(_DATES, _CLOCKS)
    for between in ((" ", ", ", "T") if clock else ("",))
)


def fitting_formats(text: str) -> list[str]:
    """Those of `datetime.strptime` that read a text: two where it may be 4 May or 5 April."""
    found: dict[datetime.datetime, str] = {}
    for pattern in _FORMATS:
        try:
            moment = datetime.datetime.strptime(text.strip(), pattern)
        except ValueError:
            continue
        found.setdefault(moment, pattern)
    return list(found.values())
