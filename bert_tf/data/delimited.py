"""CSV and TSV files, row by row; what is broken is told with its physical line."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from bert_tf.data.layout import Layout
from bert_tf.data.lines import Line
from bert_tf.data.records import Record, RecordReader
from bert_tf.data.rows import BadRow, Header, Item, Remark, Row
from bert_tf.errors import DataError
from bert_tf.plurals import counted


def read_delimited(
    lines: Iterable[Line],
    *,
    name: str,
    layout: Layout,
    columns: Sequence[str] | None = None,
    wanted: Sequence[str] | None = None,
    max_row_bytes: int,
) -> Iterator[Item]:
    """The header, remarks on the file, then each record. Blank lines are no records.

    Columns without a name are called `column1`, `column2`, … by their place. A row may have more fields than there are
    columns, if they are empty, and less if those that it lacks have no name.

    Args:
        lines: The file's physical lines.
        name: What the file is called.
        layout: Of the file.
        columns: Names of the columns when the first line is a record already.
        wanted: Columns that rows shall have; all of them if not given.
        max_row_bytes: A longer record is a bad row.

    Raises:
        DataError: The header can't be read.
    """
    reader = RecordReader(
        islice(lines, layout.skip_lines, None), delimiter=layout.delimiter, quoting=layout.quoting, limit=max_row_bytes
    )
    records = iter(reader)
    first = _header(next(records, None), name) if columns is None else None
    named = list(columns or ()) if first is None else first.fields
    names = name_columns(named)
    reader.width = len(names)
    yield Header(name, tuple(names))
    yield from map(Remark, layout.remarks)
    if first is not None and first.lines > 1:
        yield Remark(f"the header takes {first.lines:,} lines")
    width = len(names)
    needed = max((place for place, column in enumerate(named, start=1) if column.strip()), default=0)
    places = {column: place for place, column in enumerate(names)}
    chosen = places if wanted is None else {column: places[column] for column in wanted if column in places}
    for record in records:
        if isinstance(record, BadRow):
            yield record
            continue
        fields = record.fields
        if first is not None and len(fields) > 1 and fields == first.fields:
            # Files with headers that were put together by hand.
            yield BadRow(record.number, "repeated header", "the header again", record.lines)
            continue
        if len(fields) >= width and not any(map(str.strip, fields[width:])):
            values: dict[str, object] = {column: fields[place] for column, place in chosen.items()}
        elif len(fields) < width and len(fields) >= needed:
            values = {column: fields[place] if place < len(fields) else None for column, place in chosen.items()}
        else:
            message = f"{counted(len(fields), 'field')} instead of {width}"
            yield BadRow(record.number, "number of fields", message, record.lines)
            continue
        yield Row(record.number, values, record.lines)


def name_columns(cells: Sequence[str]) -> list[str]:
    """The names in a header, with one for each column that has none: `column3` for the third."""
    taken = set(cells)
    names = []
    for number, cell in enumerate(cells, start=1):
        name = cell
        if not cell.strip():
            name = f"column{number}"
            while name in taken:
                name += "_"
        names.append(name)
    return names


def _header(first: Record | BadRow | None, name: str) -> Record:
    if first is None:
        raise DataError(f"{name} has only blank lines.", where=name)
    if isinstance(first, BadRow):
        hint = 'if the file is in an older encoding, tell which: data.encoding = "cp1252"'
        raise DataError(
            f"The header of {name} can't be read: {first.message}.",
            where=f"{name}:{first.number}",
            hint=hint if first.reason == "bad UTF-8" else None,
        )
    return first
