"""How a delimited file is laid out: what stands between its fields and around them, and where its header is."""

import functools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from bert_tf.data.file_format import FileFormat
from bert_tf.data.lines import TextLines
from bert_tf.data.quoting import find_quoting, sample_records
from bert_tf.data.records import RFC_4180, Quoting, Record
from bert_tf.errors import DataError

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {"\t": "tabs", ",": "commas", ";": "semicolons", "|": "bars"}
_RECORDS = 200
_TELLING = 1 << 18  # characters that a delimiter is guessed from
_MOST_ABOVE = 20  # records that may stand above a header
_SHOWN_LINES, _SHOWN_CHARACTERS = 3, 40
# Excel's own way of saying what stands between fields, in a line above the header.
_SEPARATOR = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """How the lines of one file become records.

    Attributes:
        delimiter: One character.
        quoting: What encloses fields.
        skip_lines: Lines before the first record.
        remarks: What its owner should know.
    """

    delimiter: str
    quoting: Quoting = RFC_4180
    skip_lines: int = 0
    remarks: tuple[str, ...] = ()


def find_layout(
    beginning: str, *, name: str, expected: str, file_format: FileFormat, wanted: Sequence[str] = ()
) -> Layout:
    """The layout of a file: what the recipe says of it, else what the file shows.

    Args:
        beginning: Text of its first lines, whole ones.
        name: What it is called.
        expected: The delimiter that its suffix promises.
        file_format: What the recipe says.
        wanted: Columns that its header should name.

    Raises:
        DataError: The header names these columns when read with another delimiter.
    """
    separator = _SEPARATOR.fullmatch(beginning[: beginning.find("\n") + 1])
    delimiter = file_format.delimiter or (separator[1] if separator else expected)
    if file_format.delimiter is None and separator is None and file_format.columns is None:
        _check_delimiter(beginning, delimiter, name=name, wanted=wanted)
    quoting, remark = find_quoting(beginning, delimiter=delimiter, quote=file_format.quote)
    skipped = file_format.skip_lines
    if skipped is None:
        skipped = int(separator is not None)
        if file_format.columns is None:
            skipped += _lines_above(_after(beginning, skipped), delimiter, quoting, wanted=wanted)
    above = [line.text.strip() for line in islice(TextLines(beginning), skipped)]
    remarks = [_passed_over(above)] if skipped and file_format.skip_lines is None else []
    return Layout(delimiter, quoting, skipped, (*remarks, *([remark] if remark else [])))


def guess_delimiter(beginning: str, *, expected: str) -> str:
    """The delimiter that the beginning of a file speaks for; `expected`, which its suffix promises, wins a tie."""
    separator = _SEPARATOR.fullmatch(beginning[: beginning.find("\n") + 1])
    if separator:
        return separator[1]
    beginning = beginning[:_TELLING]
    scores = {delimiter: _steadiness(beginning, delimiter) for delimiter in dict.fromkeys([expected, *DELIMITERS])}
    return max(scores, key=lambda candidate: scores[candidate])


def first_records(beginning: str, layout: Layout) -> list[list[str]]:
    """Fields of the first records that can be read."""
    after = _after(beginning, layout.skip_lines)
    return [record.fields for record in _first_of(after, delimiter=layout.delimiter, quoting=layout.quoting)]


# A file is looked into again for each reading of it, and a record of the first may take all of its lines.
@functools.lru_cache(maxsize=1)
def _first_of(text: str, *, delimiter: str, quoting: Quoting) -> tuple[Record, ...]:
    records = islice(sample_records(text, delimiter=delimiter, quoting=quoting), _RECORDS)
    return tuple(record for record in records if isinstance(record, Record))


def _steadiness(beginning: str, delimiter: str) -> tuple[bool, float, bool]:
    """Whether there is more than one field, the share of records that have as many as most, and if the first does."""
    quoting = find_quoting(beginning, delimiter=delimiter, quote="auto").quoting
    records = first_records(beginning, Layout(delimiter, quoting))
    if not records:
        return False, 0.0, False
    width, count = Counter(map(len, records)).most_common(1)[0]
    return width > 1, round(count / len(records), 2), len(records[0]) == width


def _check_delimiter(beginning: str, delimiter: str, *, name: str, wanted: Sequence[str]) -> None:
    """Refuse a file whose columns are there with another delimiter only."""
    found = set()
    for line in islice(TextLines(beginning), _MOST_ABOVE):
        for candidate in {delimiter, *DELIMITERS}:
            cells = [cell.strip().strip('"') for cell in line.text.split(candidate)]
            # One cell that is the whole line is delimited by anything.
            if set(wanted) <= set(cells) and (len(cells) > 1 or candidate == delimiter):
                found.add(candidate)
    if wanted and found and delimiter not in found:
        other = next(candidate for candidate in DELIMITERS if candidate in found)
        written = "\\t" if other == "\t" else other
        raise DataError(
            f"The fields of {name} are delimited by {DELIMITER_NAMES[other]}.",
            where=name,
            hint=f'set data.delimiter = "{written}" in a recipe; score, monitor and index take --delimiter "{written}"',
        )


def _lines_above(text: str, delimiter: str, quoting: Quoting, *, wanted: Sequence[str]) -> int:
    """Lines with one field at most, where the records that follow have more: a title, not names of columns."""
    records = _first_of(text, delimiter=delimiter, quoting=quoting)
    first = next((place for place, record in enumerate(records) if not _is_title(record, wanted)), 0)
    below = [len(record.fields) for record in records[first:]]
    if not 0 < first <= _MOST_ABOVE or sum(width == below[0] for width in below) * 2 <= len(below) or len(below) < 2:
        return 0
    return records[first].number - 1


def _is_title(record: Record, wanted: Sequence[str]) -> bool:
    is_one_field = not any(field.strip() for field in record.fields[1:])
    if len(record.fields) > 1 and not record.fields[0].strip():
        is_one_field = not any(field.strip() for field in record.fields)
    return is_one_field and record.fields[0].strip() not in wanted


def _passed_over(lines: Sequence[str]) -> str:
    shown = ", ".join(repr(line[:_SHOWN_CHARACTERS]) for line in lines[:_SHOWN_LINES])
    more = ", …" if len(lines) > _SHOWN_LINES else ""
    subject = "the first line is" if len(lines) == 1 else f"the first {len(lines)} lines are"
    return (
        f"{subject} skipped, above the header (data.skip_lines; score, monitor and index take --skip-lines): "
        f"{shown}{more}"
    )


def _after(text: str, lines: int) -> str:
    for _ in range(lines):
        text = text[text.find("\n") + 1 :] if "\n" in text else ""
    return text
