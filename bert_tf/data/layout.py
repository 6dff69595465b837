"""How a delimited file is laid out: the character between its fields, and whether its first line names columns."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

DELIMITERS = (",", ";", "\t", "|")
_RECORDS = 200
_LONGEST_NAME = 40


@dataclass(frozen=True)
class Layout:
    """What `read_files` has to be told of a delimited file.

    Attributes:
        delimiter: One character.
        columns: Names made up for a file whose first line is a record already; None where it names them.
        reason: Why, in a sentence.
    """

    delimiter: str
    columns: tuple[str, ...] | None
    reason: str


def guess_layout(beginning: str, *, expected: str) -> Layout:
    """The layout that the beginning of a file speaks for.

    Args:
        beginning: Text of its first lines, whole ones.
        expected: The delimiter that its suffix promises, which wins a tie.
    """
    records = {delimiter: _records(beginning, delimiter) for delimiter in dict.fromkeys([expected, *DELIMITERS])}
    scores = {delimiter: _steadiness(found) for delimiter, found in records.items()}
    delimiter = max(scores, key=lambda candidate: scores[candidate])
    first, rest = records[delimiter][:1], records[delimiter][1:]
    widths = Counter(map(len, records[delimiter]))
    reason = f"{widths.most_common(1)[0][0] if widths else 0} fields in most of the first lines"
    if first and rest and not _names_columns(first[0], rest):
        return Layout(delimiter, tuple(f"column{number}" for number in range(1, len(first[0]) + 1)), reason)
    return Layout(delimiter, None, reason)


def _records(text: str, delimiter: str) -> list[list[str]]:
    try:
        found = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _RECORDS))
    except csv.Error:
        return []
    return [record for record in found if record]


def _steadiness(records: Sequence[Sequence[str]]) -> tuple[bool, float]:
    """Whether there is more than one field, and the share of records that have as many as most."""
    if not records:
        return False, 0.0
    width, count = Counter(map(len, records)).most_common(1)[0]
    return width > 1, count / len(records)


def _names_columns(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """A header names each column, briefly, by no number, and by no value that the column holds."""
    names = [name.strip() for name in first]
    if any(not name or len(name) > _LONGEST_NAME or _is_number(name) for name in names):
        return False
    return not any(name == record[place].strip() for record in rest for place, name in enumerate(names[: len(record)]))


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True
