"""CSV and TSV files, row by row, quoted as RFC 4180 says; what is broken is told with its physical line."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from bert_tf.data.rows import BadRow, Header, Item, Row
from bert_tf.errors import DataError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# What the csv module says, and what it means to the reader of a file.
EXPLANATIONS = {
    "unexpected end of data": "a quote that opens here is never closed",
    "field larger than field limit": f"a field is longer than {csv.field_size_limit():,} characters; "
    "is a quote never closed?",
    "expected after": "text follows a closing quote; a quote inside a quoted field is written twice",
    "new-line character": "a carriage return stands outside quotes",
}


def read_delimited(
    lines: Iterable[bytes], *, name: str, delimiter: str, columns: Sequence[str] | None = None
) -> Iterator[Item]:
    """The header, then each record. Blank lines are no records.

    Args:
        lines: The file's physical lines, UTF-8, with or without a byte order mark.
        name: What the file is called.
        delimiter: One character.
        columns: Names of the columns when the first line is a record already.

    Raises:
        DataError: The header can't be read or names a column twice.
    """
    records = _records(lines, delimiter)
    if columns is None:
        columns = _header(next(records, None), name)
    yield Header(name, tuple(columns))
    for number, record in records:
        if isinstance(record, BadRow):
            yield record
        elif len(record) != len(columns):
            message = f"{len(record)} fields where there are {len(columns)} columns"
            yield BadRow(number, "number of fields", message)
        else:
            yield Row(number, dict(zip(columns, record, strict=True)))


def _header(first: tuple[int, list[str] | BadRow] | None, name: str) -> list[str]:
    if first is None:
        raise DataError(f"{name} has only blank lines.", where=name)
    number, record = first
    if isinstance(record, BadRow):
        raise DataError(f"The header of {name} can't be read: {record.message}.", where=f"{name}:{number}")
    twice = sorted({column for column in record if record.count(column) > 1})
    if twice:
        raise DataError(f"The header of {name} names a column twice: {', '.join(twice)}.", where=f"{name}:{number}")
    return record


def _records(lines: Iterable[bytes], delimiter: str) -> Iterator[tuple[int, list[str] | BadRow]]:
    """Each record with the number of its first physical line."""
    damaged: list[BadRow] = []
    reader = csv.reader(_decoded(lines, damaged), delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1
        damaged.clear()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # The reader goes on with the line after the one that it refused.
            reason = next((said for words, said in EXPLANATIONS.items() if words in str(error)), str(error))
            yield number, BadRow(number, "broken row", reason)
            continue
        if damaged:
            yield number, damaged[0]
        elif fields:
            yield number, fields


def _decoded(lines: Iterable[bytes], damaged: list[BadRow]) -> Iterator[str]:
    """Decode each line; one that is not UTF-8 goes on with replacements, so that the rows after it keep their place."""
    for number, line in enumerate(lines, start=1):
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        try:
            yield line.decode()
        except UnicodeDecodeError as error:
            message = f"not UTF-8: byte {error.start + 1} of this line is 0x{line[error.start]:02x}"
            damaged.append(BadRow(number, "bad UTF-8", message))
            yield line.decode(errors="replace")
