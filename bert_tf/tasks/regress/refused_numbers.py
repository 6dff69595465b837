"""Rows whose label is no number: which, why that may be, and what to do."""

import re

from bert_tf.data.bad_rows import BadRows
from bert_tf.data.causes import Explanation, Surroundings
from bert_tf.data.labels import some, spelling_text
from bert_tf.tasks.regress.number_cell import NO_NUMBER, NOT_FINITE, nearest_number

# Not 1,200, which may be more than a thousand.
_WITH_COMMA = re.compile(r"\s*[+-]?(\d+|\d{1,3}(\.\d{3})+),(\d{1,2}|\d{4,})\s*", re.ASCII)
_POINTED = re.compile(r"\s*[+-]?\d*\.\d+\s*", re.ASCII)
_SHOWN = 3
_FEW = 50  # values of a column of names


def explain_refused_numbers(found: BadRows, around: Surroundings, *, has_commas: bool) -> Explanation | None:
    """What is wrong with rows, and what to do; None where their messages say it; `has_commas` as of `check_number`."""
    if found.reason == NOT_FINITE:
        return Explanation(_listed(found, around, "have an infinite label"), "give these rows a number, or remove them")
    if found.reason != NO_NUMBER:
        return None
    written = sorted(found.labels.spellings, key=lambda spelling: -spelling.rows)
    values = [spelling.value for spelling in written]
    source, rows = around.sources.get(found.split, found.split), "1 row" if found.rows == 1 else f"{found.rows:,} rows"
    what = f"{rows} of {source} {'has a label that is' if found.rows == 1 else 'have labels that are'} no number"
    listed = some(list(map(spelling_text, written)), most=_SHOWN)
    return Explanation(
        f"{what}: {listed}", _hint(values, is_all=not around.good_rows.get(found.split), has_commas=has_commas)
    )


def _hint(values: list[str], *, is_all: bool, has_commas: bool) -> str:
    if has_commas and any(map(_POINTED.fullmatch, values)):
        return 'write all numbers with a comma, such as 3,8, or all with a point, without regress.decimal = ","'
    if any(map(_WITH_COMMA.fullmatch, values)):
        return 'set regress.decimal = "," to read 3,8 and 1.200,50; or write numbers with a point'
    meant = next(((value, near) for value in values if (near := nearest_number(value))), None)
    if meant:
        return f"write numbers with a point, without separators or units: {meant[1]} for {meant[0]!r}"
    if is_all and len(values) <= _FEW:
        return 'set task = "classify" if these are names of labels, or set data.label to a column of numbers'
    return "give these rows a number, or set data.label to a column of numbers"


def _listed(found: BadRows, around: Surroundings, what: str) -> str:
    source = around.sources.get(found.split, found.split)
    if found.rows == 1:
        return f"{found.places[0]}: {found.messages[0]}"
    more = ["…"] if found.rows > _SHOWN else []
    return f"{found.rows:,} rows of {source} {what} ({', '.join([*found.places[:_SHOWN], *more])})"
