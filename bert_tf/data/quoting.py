"""Whether quotes enclose fields or are letters, as the beginning of a file shows it."""

import functools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bert_tf.data.file_format import Quote
from bert_tf.data.lines import TextLines
from bert_tf.data.records import Quoting, Record, RecordReader
from bert_tf.data.rows import BadRow

_MARK = '"'
# What spreadsheets write between these is quoted as RFC 4180 says.
_QUOTED_BY_CUSTOM = ",;"
_NO_LIMIT = 1 << 30


class FoundQuoting(NamedTuple):
    """How fields are enclosed, and what its owner should know of it."""

    quoting: Quoting
    remark: str | None = None


# A file is looked into again for each reading of it.
@functools.lru_cache(maxsize=1)
def find_quoting(beginning: str, *, delimiter: str, quote: Quote) -> FoundQuoting:
    """What encloses fields in a file.

    Between commas and semicolons quotes enclose fields. Between others they are letters, unless fields show that they
    were quoted: all of a column are, or marks in them are written twice, or lines have the right number of fields in
    this way only.

    Args:
        beginning: Whole lines.
        delimiter: One character.
        quote: As of `FileFormat`.
    """
    if quote == "none":
        return FoundQuoting(Quoting(None))
    mark = _MARK if quote == "auto" else quote
    if quote == "auto" and delimiter not in _QUOTED_BY_CUSTOM:
        if _MARK not in beginning:
            return FoundQuoting(Quoting(None))
        shape = _shape(beginning, delimiter)
        if not _is_quoted(shape, beginning, delimiter):
            said = (
                "quotes are read as ordinary characters; data.quote = '\"' makes them enclose fields "
                "(score, monitor and index take --quote '\"')"
            )
            return FoundQuoting(Quoting(None), said if shape.enclosed or shape.lone else None)
    if f"\\{mark}" in beginning and _are_escaped(beginning, delimiter, mark):
        return FoundQuoting(Quoting(mark, is_escaped=True), f"backslash-escaped quotes (\\{mark}) are read as quotes")
    if f"{delimiter} {mark}" in beginning and _follow_spaces(beginning, delimiter, mark):
        return FoundQuoting(
            Quoting(mark, follows_spaces=True), "spaces before fields are skipped, as quotes follow them"
        )
    return FoundQuoting(Quoting(mark))


def sample_records(
    beginning: str, *, delimiter: str, quoting: Quoting, width: int | None = None
) -> Iterator[Record | BadRow]:
    """The records of a text, as a file would give them; `width` as of `RecordReader`."""
    lines = TextLines(beginning)
    passing = lines.pass_over_blank
    reader = RecordReader(lines, delimiter=delimiter, quoting=quoting, limit=_NO_LIMIT, pass_over_blank=passing)
    reader.width = width
    return iter(reader)


@dataclass
class _Shape:
    """Fields of single lines.

    Attributes:
        enclosed: Fields that begin and end with a mark, and have only marks in pairs between.
        doubled: Those of them that have a pair.
        lone: Fields that begin with a mark and are not enclosed.
        columns: Enclosed fields by place.
        widths: Lines by their number of fields.
    """

    enclosed: int = 0
    doubled: int = 0
    lone: int = 0
    columns: Counter[int] = field(default_factory=Counter)
    widths: Counter[int] = field(default_factory=Counter)

    @property
    def width(self) -> int:
        """Fields of most lines."""
        return self.widths.most_common(1)[0][0] if self.widths else 0

    @property
    def is_even(self) -> bool:
        """Whether all lines have as many fields."""
        return len(self.widths) <= 1

    @property
    def has_quoted_column(self) -> bool:
        """Whether a column is enclosed in every line, but for its name perhaps."""
        return any(count >= max(self.widths.total() - 1, 2) for count in self.columns.values())


def _shape(beginning: str, delimiter: str) -> _Shape:
    shape = _Shape()
    for line in TextLines(beginning):
        plain = line.text.rstrip("\r\n")
        if not plain:
            continue
        fields = plain.split(delimiter)
        shape.widths[len(fields)] += 1
        for place, text in enumerate(fields if _MARK in plain else ()):
            if not text.startswith(_MARK):
                continue
            inner = text[1:-1].replace(_MARK * 2, "")
            if len(text) > 1 and text.endswith(_MARK) and _MARK not in inner:
                shape.enclosed += 1
                shape.doubled += len(inner) < len(text) - 2
                shape.columns[place] += 1
            else:
                shape.lone += 1
    return shape


def _is_quoted(shape: _Shape, beginning: str, delimiter: str) -> bool:
    if shape.is_even:
        return (shape.doubled > 0 and shape.doubled >= shape.lone) or (not shape.lone and shape.has_quoted_column)
    mended, swallowed = 0, 0
    right = {
        line.number
        for line in TextLines(beginning)
        if line.text.count(delimiter) == shape.width - 1 or not line.text.strip()
    }
    for record in sample_records(beginning, delimiter=delimiter, quoting=Quoting(_MARK), width=shape.width):
        if isinstance(record, Record) and len(record.fields) == shape.width:
            numbers = range(record.number, record.number + record.lines)
            wrong = sum(number not in right for number in numbers)
            mended += wrong
            # One line of a long record may well have all the delimiters of it.
            swallowed += max(0, len(numbers) - wrong - 1)
    return mended > swallowed


def _are_escaped(beginning: str, delimiter: str, mark: str) -> bool:
    plain, escaped = (
        sum(
            isinstance(record, BadRow)
            for record in sample_records(beginning, delimiter=delimiter, quoting=Quoting(mark, is_escaped=is_escaped))
        )
        for is_escaped in (False, True)
    )
    return escaped < plain


def _follow_spaces(beginning: str, delimiter: str, mark: str) -> bool:
    """Whether more records are whole when spaces before fields are skipped, or half have a field in such quotes."""

    def records(*, follows: bool) -> list[Record | BadRow]:
        return list(sample_records(beginning, delimiter=delimiter, quoting=Quoting(mark, follows_spaces=follows)))

    plain = records(follows=False)
    read = [record for record in plain if isinstance(record, Record)]
    enclosed = sum(any(_is_enclosed_behind_spaces(text, mark) for text in record.fields) for record in read)
    uneven = _uneven(plain)
    return enclosed * 2 >= len(plain) or (uneven > 0 and _uneven(records(follows=True)) < uneven)


def _uneven(records: Sequence[Record | BadRow]) -> int:
    """Records that are broken or have not as many fields as most."""
    widths = Counter(len(record.fields) for record in records if isinstance(record, Record))
    return len(records) - (widths.most_common(1)[0][1] if widths else 0)


def _is_enclosed_behind_spaces(text: str, mark: str) -> bool:
    if not text.startswith(" "):
        return False
    inner = text.strip(" ")
    return len(inner) > 1 and inner[0] == inner[-1] == mark
