"""Numbers as most of continental Europe writes them, and Excel there: 3,8 and 1.200,50."""

import re

from bert_tf.data.survey import Column

_NUMBER = re.compile(r"[+-]?(\d{1,3}([. '\u00a0\u202f]\d{3})+|\d+)(,\d+)?", re.ASCII)
# A comma before three digits may divide thousands.
_CERTAIN = re.compile(r"[+-]?(0,\d+|[^,]*,(\d{1,2}|\d{4,}))", re.ASCII)
_GROUPS = re.compile(r"[. '\u00a0\u202f]")
_SEVERAL = re.compile(r"\d+(,\d+){2,}")  # ids between commas
UNITS = " \t\u00a0\u202f%$€£¥"
_MOSTLY = 0.95  # of the cells; a few may be bad
_LEAST_WITH_COMMA = 0.5  # of the cells: of lists of ids, most have one


def comma_number(text: str) -> str | None:
    """A number with a decimal comma as Python writes it: `1200.50` for `1.200,50`; None for what is none."""
    if not _NUMBER.fullmatch(text):
        return None
    return _GROUPS.sub("", text).replace(",", ".")


def has_decimal_commas(column: Column, *, with_units: bool = False) -> bool:
    """Whether the cells are such numbers, and some can't be read otherwise: 1,200 may be a thousand and more, and 4,27
    two ids, where others have one or three.

    Args:
        column: Its cells.
        with_units: Whether there may be a unit as well, as in 3,8 %.
    """
    cells = {value.strip(UNITS if with_units else None): rows for value, rows in column.values.items()}
    fitting = {value: rows for value, rows in cells.items() if _NUMBER.fullmatch(value)}
    with_comma = sum(rows for value, rows in fitting.items() if "," in value)
    if any(map(_SEVERAL.fullmatch, cells)) or with_comma < _LEAST_WITH_COMMA * sum(fitting.values()):
        return False
    return any(map(_CERTAIN.fullmatch, fitting)) and sum(fitting.values()) >= _MOSTLY * column.values.total()
