"""Numbers as most of continental Europe writes them, and Excel there: 3,8 and 1.200,50."""

import re

from bert_tf.data.survey import Column

_NUMBER = re.compile(r"[+-]?(\d{1,3}([. '\u00a0\u202f]\d{3})+|\d+)(,\d+)?", re.ASCII)
# A comma before three digits may divide thousands.
_CERTAIN = re.compile(r"[+-]?(0,\d+|[^,]*,(\d{1,2}|\d{4,}))", re.ASCII)
_GROUPS = re.compile(r"[. '\u00a0\u202f]")
_MOSTLY = 0.95  # of the cells; a few may be bad


def comma_number(text: str) -> str | None:
    """A number with a decimal comma as Python writes it: `1200.50` for `1.200,50`; None for what is none."""
    if not _NUMBER.fullmatch(text):
        return None
    return _GROUPS.sub("", text).replace(",", ".")


def has_decimal_commas(column: Column) -> bool:
    """Whether the cells are such numbers, and some can't be read otherwise: 1,200 may be a thousand and more."""
    fitting = sum(rows for value, rows in column.values.items() if _NUMBER.fullmatch(value.strip()))
    certain = any(_CERTAIN.fullmatch(value.strip()) for value in column.values if _NUMBER.fullmatch(value.strip()))
    return certain and fitting >= _MOSTLY * column.values.total()
