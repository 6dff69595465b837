"""How scores, and numbers in a unit, are written for people: the same digits in every table, page and message."""

import math

_DIGITS = 4
_MOST_DECIMALS = 9


def score_text(value: float) -> str:
    """A score, a loss or a probability: `0.9167`."""
    return f"{value:z.4f}"


def interval_text(low: float, high: float) -> str:
    """The two ends of an interval of a score: `0.8947 to 0.9342`."""
    return f"{score_text(low)} to {score_text(high)}"


def difference_text(difference: float) -> str:
    """A score minus another, with its sign: `+0.0120`."""
    return f"{difference:+z.4f}"


def spread_text(value: float, spread: float | None) -> str:
    """A mean and its standard deviation, where that is known: `0.9167 ± 0.0040`."""
    return score_text(value) if spread is None else f"{score_text(value)} ± {score_text(spread)}"


def p_value_text(value: float) -> str:
    """A p value with its sign of relation: `p = 0.031`, `p < 0.0001`."""
    return "p < 0.0001" if value < 1e-4 else f"p = {value:.2g}" if value < 0.1 else f"p = {value:.2f}"


def decimal_places(scale: float) -> int:
    """The decimals that give a number of this size four digits: 3 for 2.513, 5 for 0.03125, 0 from 1,000 on."""
    return max(0, _DIGITS - 1 - math.floor(math.log10(scale))) if 0 < scale < math.inf else 0


def number_text(value: float, scale: float) -> str:
    """A number in a unit of its own: `2.513`, `12,340`, `-0.0312`; zeros behind the point are left out.

    Args:
        value: The number.
        scale: The number that gets four digits, such as the standard deviation of those that it is one of; these are
            then written with the same decimals. Of 0, the number itself.
    """
    decimals = decimal_places(scale or abs(value))
    if decimals > _MOST_DECIMALS:
        return f"{float(value):z.{_DIGITS}g}"
    text = f"{float(value):z,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def signed_text(value: float, scale: float) -> str:
    """The same with its sign: `+0.25`."""
    text = number_text(value, scale)
    return text if text.startswith("-") else f"+{text}"


def range_text(low: float, high: float, scale: float) -> str:
    """Two numbers and what is between them: `-0.31 to 0.94`."""
    return f"{number_text(low, scale)} to {number_text(high, scale)}"


def size_text(value: float) -> str:
    """A number of which nothing else is known, with four digits of its own: `0.5123`, `12,346`."""
    return number_text(value, abs(value))
