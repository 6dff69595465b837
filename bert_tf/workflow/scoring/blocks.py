"""Rows of files in parts and blocks: their texts, and all their columns as they are."""

import dataclasses
import functools
import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeGuard

import pyarrow as pa

from bert_tf.data.checked_rows import column_problem
from bert_tf.data.checks import Refusal, check_text
from bert_tf.data.files import JSON_SUFFIXES, read_location, suffix_of
from bert_tf.data.locations import Location
from bert_tf.data.rows import BadRow, Header, Row
from bert_tf.errors import DataError
from bert_tf.workflow.scoring.notes import Notes
from bert_tf.workflow.scoring.request import Request
from bert_tf.workflow.scoring.row_stream import ReadRow, RowStream, open_rows, table_of

# Of a block. The first ones are small, so that something is computed while more is read; the more rows a block has, the
# more of them are of one length, and the less of a batch is padding.
_FIRST_ROWS, _MOST_ROWS, _GROWTH = 1024, 32_768, 4
_BYTES, _BYTES_OF_A_VALUE = 32 << 20, 64
_TEXT, _OF_VALUES = (str, bytes), (dict, list)
_MOST_COLUMNS = 10_000  # that keys of JSON are made to


@dataclasses.dataclass
class Block:
    """Some rows of one file.

    Attributes:
        name: What the user calls the file.
        columns: Those of the file.
        before: Number of the last row that was read before it in its file, bad or good: a line of a text file, else a
            row.
        last: The same at its end.
        texts, pairs: UTF-8, N each; no pairs for single texts.
        rows: Values by column, N mappings; none of a Parquet file.
        table: N rows of a Parquet file, whose types are kept.
    """

    name: str
    columns: tuple[str, ...]
    before: int = 0
    last: int = 0
    texts: list[bytes] = dataclasses.field(default_factory=list)
    pairs: list[bytes] | None = None
    rows: list[Mapping[str, object]] = dataclasses.field(default_factory=list)
    table: pa.Table | None = None


@dataclasses.dataclass
class Part:
    """Some rows of a file, one behind the other.

    Attributes:
        number: From 0.
        blocks: Of its rows.
        notes: What was noted while its rows were read; of the first part also what is said of the file.
    """

    number: int
    blocks: Iterator[Block]
    notes: Notes
    _rows: RowStream
    _own: Iterator[ReadRow]
    _before: int

    def pass_over(self) -> None:
        """Leave out its blocks."""
        for _ in self._own:
            pass

    @property
    def lines(self) -> int:
        """How many lines of a text file, or else rows, were read of it."""
        return self._rows.last - self._before

    @property
    def is_last(self) -> bool:
        """Whether the file ends behind the rows that were read."""
        return self._rows.upcoming is None


class BlockReader:
    """Reads files, block after block; memory doesn't grow with them.

    Args:
        request: Names the columns that are scored, and tells how files are written.
        added: Columns that the answers will get.
        is_table: Whether all rows that are written have the same columns, as in CSV and Parquet.
    """

    def __init__(self, request: Request, *, added: Sequence[str], is_table: bool) -> None:
        self._named = [request.text] if request.pair is None else [request.text, request.pair]
        self._added, self._is_table = frozenset(added), is_table
        self._file_format = request.file_format
        self._notes = Notes()
        self._most_rows = _FIRST_ROWS

    def columns(self, location: Location) -> tuple[str, ...]:
        """The columns that a row of a file can have: a name that is there twice is none.

        Raises:
            DataError: the file can't be read, has no row, lacks a column, or has more keys than a table can have
                columns.
        """
        items = read_location(location, wanted=self._named, file_format=self._file_format)
        first = next(items)
        # The reader says so where there is none.
        next((item for item in items if isinstance(item, Row | BadRow)), None)
        header = first if isinstance(first, Header) else Header(location.name, ())
        if suffix_of(location.path) in JSON_SUFFIXES:
            header = header._replace(columns=self._keys(location, header))
        # Where all rows are bad there is no column, and each row says why.
        problems = [
            problem for name in self._named if header.columns and (problem := column_problem(header, name)) is not None
        ]
        if problems:
            raise DataError(f"{header.name} can't be scored:", where=header.name, problems=problems)
        return tuple(name for name, count in Counter(header.columns).items() if count == 1)

    def parts(self, location: Location, columns: tuple[str, ...], *, rows: int | None = None) -> Iterator[Part]:
        """A file in parts of so many rows, bad ones included; None: in one part.

        Args:
            location: The file.
            columns: As of `columns`.
            rows: Where parts end doesn't depend on anything else.

        Raises:
            DataError: it can't be read; also while blocks are read.
        """
        self._notes = Notes.of(location.name)
        stream = open_rows(location, columns, named=self._named, notes=self._notes, file_format=self._file_format)
        for number in itertools.count():
            # Of a file in parts nobody waits for the first rows, and small blocks have batches of many shapes: of each
            # shape that is new, TensorFlow's kernels keep some memory.
            self._most_rows = _FIRST_ROWS if rows is None else _MOST_ROWS
            own = itertools.islice(stream, rows)
            blocks = self._blocks(own, functools.partial(self._new, location.name, columns), stream)
            part = Part(number, blocks, self._notes, stream, own, stream.last)
            yield part
            part.pass_over()
            if stream.upcoming is None:
                return
            self._notes = Notes.of(location.name)

    def _keys(self, location: Location, header: Header) -> tuple[str, ...]:
        """The keys of all rows of JSON: any row may have one of its own, and a table gets a column for each.

        Where no columns are needed, only those of the first rows and those that are looked for.
        """
        keys, looked_for = dict.fromkeys(header.columns), self._added.union(self._named)
        for item in read_location(location, wanted=(), file_format=self._file_format):
            if not isinstance(item, Row):
                continue
            keys.update(dict.fromkeys(item.values if self._is_table else item.values.keys() & looked_for))
            if self._is_table and len(keys) > _MOST_COLUMNS:
                raise DataError(
                    f"The rows of {location.name} have more than {_MOST_COLUMNS:,} different keys, too many for "
                    "columns.",
                    where=location.name,
                    hint="JSON lines keep any keys: --out NAME.jsonl",
                )
        return tuple(keys)

    def _blocks(self, rows: Iterable[ReadRow], new: Callable[[int], Block], stream: RowStream) -> Iterator[Block]:
        block, size, taken = new(stream.last), 0, list[ReadRow]()
        for read in rows:
            block.last = read.item.number
            if self._add(read.item, block):
                if read.batch is None:
                    block.rows.append(read.item.values)
                    size += _bytes_of(read.item.values)
                else:
                    taken.append(read)
                    size += read.size
            if self._is_full(block, size):
                yield dataclasses.replace(block, table=table_of(taken))
                block, size, taken = new(block.last), 0, []
        yield dataclasses.replace(block, table=table_of(taken))

    def _new(self, name: str, columns: tuple[str, ...], before: int) -> Block:
        return Block(name, columns, before, before, pairs=[] if len(self._named) == 2 else None)

    def _is_full(self, block: Block, size: int) -> bool:
        if len(block.texts) < self._most_rows and size < _BYTES:
            return False
        self._most_rows = min(self._most_rows * _GROWTH, _MOST_ROWS)
        return True

    def _add(self, row: Row | BadRow, block: Block) -> TypeGuard[Row]:
        """Add a row's texts to the block, unless it can't be scored, which is noted."""
        if row.lines > 1:
            self._notes.remarks.heed(row)
        texts = Refusal(row.reason, row.message) if isinstance(row, BadRow) else self._texts(row)
        if isinstance(texts, Refusal):
            self._notes.refuse(f"{block.name}:{row.number}", texts)
            return False
        block.texts.append(texts[0])
        if block.pairs is not None:
            block.pairs.append(texts[1])
        return True

    def _texts(self, row: Row) -> list[bytes] | Refusal:
        texts: list[bytes] = []
        for column in self._named:
            if column not in row.values:
                return Refusal("missing column", f"{column} is missing in this row")
            found = check_text(column, row.values[column])
            if isinstance(found, Refusal):
                return found
            texts.append(found)
        return texts


def _bytes_of(row: Mapping[str, object]) -> int:
    """About what a row takes in memory."""
    size, waiting = 0, list[Collection[object]]([row.values()])
    while waiting:
        values = waiting.pop()
        size += _BYTES_OF_A_VALUE * len(values)
        for value in values:
            if isinstance(value, _TEXT):
                size += len(value)
            elif isinstance(value, _OF_VALUES):
                waiting.append(value.values() if isinstance(value, dict) else value)
    return size
