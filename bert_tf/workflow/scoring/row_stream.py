"""The rows of one file, one after the other, and of a Parquet file all its columns as they are."""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pyarrow as pa
from pyarrow import parquet

from bert_tf.data.file_format import AS_FOUND, FileFormat
from bert_tf.data.files import PARQUET_SUFFIXES, UNREADABLE, read_location, suffix_of, unreadable
from bert_tf.data.locations import Location
from bert_tf.data.rows import BadRow, Header, Item, Remark, Row
from bert_tf.workflow.scoring.notes import Notes

_PARQUET_ROWS = 1024  # read at a time
_ROWS = (Row, BadRow)


class ReadRow(NamedTuple):
    """A row as it was read.

    Attributes:
        item: Of a Parquet file with the columns of the texts only.
        batch: Of a Parquet file, what has all its columns; else None.
        place: The row's in the batch.
        size: About the row's bytes in the batch.
    """

    item: Row | BadRow
    batch: pa.RecordBatch | None = None
    place: int = 0
    size: int = 0


class RowStream:
    """Rows, of which the next can be looked at.

    Attributes:
        upcoming: The next one; None at the end.
        last: Number of the last one that was given, bad or good: a line of a text file, else a row.
    """

    def __init__(self, rows: Iterator[ReadRow]) -> None:
        self._rows = rows
        self.upcoming = next(rows, None)
        self.last = 0

    def __iter__(self) -> Iterator[ReadRow]:
        return self

    def __next__(self) -> ReadRow:
        if self.upcoming is None:
            raise StopIteration
        found, self.upcoming = self.upcoming, next(self._rows, None)
        self.last = found.item.number
        return found


def open_rows(
    location: Location,
    columns: Sequence[str],
    *,
    named: Sequence[str],
    notes: Notes,
    file_format: FileFormat = AS_FOUND,
) -> RowStream:
    """The rows of a file.

    Args:
        location: The file.
        columns: That are kept.
        named: Those of them that hold texts.
        notes: Gets what is said of the file.
        file_format: How it is written.

    Raises:
        DataError: it can't be read; also while rows are taken.
    """
    if suffix_of(location.path) in PARQUET_SUFFIXES:
        return RowStream(_read_table(location, columns, named, notes))
    items = read_location(location, wanted=columns, file_format=file_format)
    return RowStream(map(ReadRow, _rows_of(items, notes)))


def table_of(rows: Sequence[ReadRow]) -> pa.Table | None:
    """All columns of rows of one Parquet file, in their order; None where none stands in a batch."""
    found = []
    for _, group in itertools.groupby(rows, lambda row: id(row.batch)):
        of_batch = list(group)
        if of_batch[0].batch is not None:
            found.append(of_batch[0].batch.take(pa.array([row.place for row in of_batch], pa.int64())))
    return pa.Table.from_batches(found) if found else None


def _read_table(location: Location, columns: Sequence[str], named: Sequence[str], notes: Notes) -> Iterator[ReadRow]:
    """The columns as they are, beside the texts as bert_tf's own reader checks them."""
    items = _rows_of(read_location(location, wanted=named), notes)
    try:
        with location.filesystem.open_input_file(location.path) as file:
            table = parquet.ParquetFile(file, pre_buffer=False)
            places = [table.schema_arrow.get_field_index(name) for name in columns]
            for whole in table.iter_batches(batch_size=_PARQUET_ROWS):
                batch, size = whole.select(places), whole.nbytes // max(whole.num_rows, 1)
                yield from (ReadRow(next(items), batch, place, size) for place in range(batch.num_rows))
    except UNREADABLE as error:
        raise unreadable(location.name, error) from error


def _rows_of(items: Iterator[Item], notes: Notes) -> Iterator[Row | BadRow]:
    """Rows; what is said of the file is noted."""
    for item in items:
        if isinstance(item, _ROWS):
            yield item
            continue
        notes.remarks.heed(item)
        for name, count in Counter(item.columns if isinstance(item, Header) else ()).items():
            if count > 1:
                notes.remarks.heed(Remark(f"{count} columns are named {name!r}; they are left out"))
