"""How often a false alarm may be raised, and for how long late events count, as a user writes it."""

import re

from bert_tf.errors import DataError

_RATE = re.compile(r"1 in (\d+(?:\.\d+)?) days?")
_SPAN = re.compile(r"(\d+)([mhd])")
_UNITS = {"m": 60, "h": 3600, "d": 86_400}


def days_between_alarms(rate: str) -> float:
    """The days of `1 in 100 days`.

    Raises:
        DataError: it is written otherwise, or there are none.
    """
    found = _RATE.fullmatch(rate.strip())
    days = float(found[1]) if found else 0.0
    if not days:
        raise DataError(
            f"{rate!r} is not a rate of alarms.", where="--false-alarms", hint='write it as "1 in 100 days"'
        )
    return days


def span_seconds(span: str, *, option: str) -> int:
    """The seconds of a span of time such as `30m`, `6h` or `14d`.

    Raises:
        DataError: it is none; names the option.
    """
    found = _SPAN.fullmatch(span)
    if found is None:
        raise DataError(f"{span!r} is not a span of time.", where=option, hint="write it as 30m, 6h or 14d")
    return int(found[1]) * _UNITS[found[2]]
