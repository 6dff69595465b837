"""A cell that holds a number."""

import math
import re
from decimal import Decimal

from bert_tf.data.checks import LONGEST_SHOWN, Refusal, check_text
from bert_tf.data.decimal_commas import UNITS, comma_number
from bert_tf.data.labels import MISSING_VALUES

MISSING, NO_NUMBER, NOT_FINITE, TOO_LARGE = "missing label", "no number", "infinite label", "too large a label"
_LARGEST = 1e30  # its square, of which float32 holds 3.4e38, is taken in standard deviations only
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
# What people write where a point, or nothing, should be: 3,8 and 1,200.50 and 1.200,50.
_COMMA = re.compile(r"([+-]?\d+),(\d+)", re.ASCII)
_GROUPS = re.compile(r"[+-]?\d{1,3}([,' ]\d{3})+(\.\d+)?", re.ASCII)
_POINTS = re.compile(r"[+-]?\d{1,3}((\.\d{3})+,\d+|(\.\d{3}){2,})", re.ASCII)
# In any case, since no number is called so; "-nan" is C's.
_MISSING = {"-", "-nan", *map(str.lower, MISSING_VALUES)}


def check_number(column: str, value: object, *, has_commas: bool = False) -> float | Refusal:
    """The number that a cell holds, or what is wrong with it.

    Args:
        column: Its name.
        value: What stands there; texts are read as Python and JSON write numbers.
        has_commas: Texts are read as Europeans write numbers instead: 3,8 and 1.200,50.
    """
    match value:
        case None:
            return Refusal(MISSING, f"{column} is missing")
        case bool():
            return Refusal(NO_NUMBER, f"{column} is {str(value).lower()}, not a number", str(value).lower())
        case int() | float() | Decimal():
            return _finite(column, value)
    text = check_text(column, value)
    if isinstance(text, Refusal):
        return Refusal(MISSING, text.message) if text.reason == "empty text" else text
    written = text.decode().strip()
    number = comma_number(written) if has_commas else written if _NUMBER.fullmatch(written) else None
    return _no_number(column, written, has_commas=has_commas) if number is None else _finite(column, float(number))


def is_missing(text: str) -> bool:
    """Whether a text is a word for a missing value."""
    return text.strip().lower() in _MISSING


def nearest_number(written: str) -> str | None:
    """How a number that is written in another way is to be written: `3.8` for `3,8`; None where it is none."""
    written = written.strip()
    if _GROUPS.fullmatch(written):
        return re.sub(r"[,' ]", "", written)
    if _POINTS.fullmatch(written):
        return written.replace(".", "").replace(",", ".")
    if match := _COMMA.fullmatch(written):
        return f"{match[1]}.{match[2]}"
    bare = written.strip(UNITS)
    if bare == written:
        return None
    return bare if _NUMBER.fullmatch(bare) else nearest_number(bare)


def _finite(column: str, value: int | float | Decimal) -> float | Refusal:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if math.isnan(number):
        return Refusal(MISSING, f"{column} is not a number (NaN)")
    if math.isinf(number):
        return Refusal(NOT_FINITE, f"{column} is infinite")
    if abs(number) > _LARGEST:
        return Refusal(TOO_LARGE, f"{column} is {number:.4g}; labels must be at most {_LARGEST:.0e}")
    return number


def _no_number(column: str, written: str, *, has_commas: bool) -> Refusal:
    if written.lower().lstrip("+-") in ("inf", "infinity"):
        return Refusal(NOT_FINITE, f"{column} is infinite")
    if is_missing(written):
        return Refusal(MISSING, f"{column} is {written!r}, a word for a missing value")
    short = written if len(written) <= LONGEST_SHOWN else f"{written[: LONGEST_SHOWN - 1]}…"
    meant = None if has_commas else nearest_number(written)
    meaning = f"; did you mean {meant}?" if meant else ""
    return Refusal(NO_NUMBER, f"{column} is {short!r}, not a number{meaning}", short)
