"""The check of one row: text that is there, a label as its task wants it, a weight that is a number."""

import math
import re
from decimal import Decimal
from typing import NamedTuple

LONGEST_SHOWN = 40
_WHOLE_FLOAT = re.compile(r"-?\d+\.0+", re.ASCII)
_LARGEST_WEIGHT = 1e38  # float32 holds 3.4e38


class Columns(NamedTuple):
    """The columns that an example is made of; `text_pair` and `weight` may be absent, `label` are one or more."""

    text: str
    text_pair: str | None
    label: tuple[str, ...]
    weight: str | None

    def named(self) -> list[str]:
        """The columns that a source must have."""
        return [column for column in (self.text, self.text_pair, *self.label, self.weight) if column is not None]


class Refusal(NamedTuple):
    """Why a row is not an example.

    Attributes:
        reason: Words to count it under.
        message: A sentence that names column and value.
        label: The row's, where it is one that no row may have.
    """

    reason: str
    message: str
    label: str | None = None


def check_text(column: str, value: object) -> bytes | Refusal:
    """The text in UTF-8 that a cell holds, or what is wrong with it."""
    if isinstance(value, str):
        text = value
        try:
            encoded = value.encode()
        except UnicodeEncodeError as error:
            # JSON can spell one half of a surrogate pair; no UTF-8 exists for it.
            return Refusal("bad Unicode", f"{column} has a lone surrogate at character {error.start + 1}")
    elif value is None or (isinstance(value, float) and math.isnan(value)):
        return Refusal("empty text", f"{column} is missing")
    elif isinstance(value, bytes):
        try:
            text = value.decode()
        except UnicodeDecodeError as error:
            return Refusal(
                "bad UTF-8", f"{column} is not UTF-8: its byte {error.start + 1} is 0x{value[error.start]:02x}"
            )
        encoded = value
    else:
        return Refusal("wrong type", f"{column} is {_shown(value)}, not a string")
    return encoded if text.strip() else Refusal("empty text", f"{column} is empty")


def check_identifier(column: str, value: object) -> str | Refusal:
    """The name that a cell holds, a text or a whole number, or what is wrong with it.

    17.0 is 17: pandas makes floats of whole numbers where another row of their column has none.
    """
    if isinstance(value, float) and math.isnan(value):
        return Refusal("bad id", f"{column} is missing")
    is_whole = value.is_integer() if isinstance(value, float) else isinstance(value, int)
    if isinstance(value, int | float) and is_whole and not isinstance(value, bool):
        return str(int(value))
    found = check_text(column, value)
    if isinstance(found, Refusal):
        return Refusal("bad id", found.message)
    name = found.decode().strip()
    return name.partition(".")[0] if _WHOLE_FLOAT.fullmatch(name) else name


def check_weight(column: str, value: object) -> float | Refusal:
    """The weight that a cell holds, or what is wrong with it."""
    if value is None or value == "":
        return Refusal("missing weight", f"{column} is missing")
    if isinstance(value, bool) or not isinstance(value, str | bytes | int | float | Decimal):
        return Refusal("bad weight", f"{column} is {_shown(value)}, not a number")
    try:
        weight = float(value)
    except (ValueError, OverflowError):
        return Refusal("bad weight", f"{column} is {_shown(value)}, not a number")
    if not math.isfinite(weight) or weight < 0:
        return Refusal("bad weight", f"{column} is {_shown(value)}; weights must be 0 or more")
    if weight > _LARGEST_WEIGHT:
        return Refusal("bad weight", f"{column} is {_shown(value)}; weights must be at most {_LARGEST_WEIGHT:.1e}")
    return weight


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
