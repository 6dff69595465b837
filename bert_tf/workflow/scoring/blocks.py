"""Rows of files in blocks: their texts, and all their columns as they are."""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
from pyarrow import parquet

from bert_tf.data.checked_rows import column_problem
from bert_tf.data.checks import Refusal, check_text
from bert_tf.data.files import JSONL_SUFFIXES, PARQUET_SUFFIXES, read_files, suffix_of
from bert_tf.data.locations import Location
from bert_tf.data.remarks import Remarks
from bert_tf.data.rows import BadRow, Header, Item, Remark, Row
from bert_tf.errors import DataError
from bert_tf.workflow.scoring.refusals import Refusals
from bert_tf.workflow.scoring.request import Request

# Of a block. The first ones are small, so that something is computed while more is read; the more rows a block has, the
# more of them are of one length, and the less of a batch is padding.
_FIRST_ROWS, _MOST_ROWS, _GROWTH = 1024, 32_768, 4
_BYTES, _BYTES_OF_A_VALUE = 32 << 20, 64
_PARQUET_ROWS = 1024  # read at a time
_MOST_COLUMNS = 10_000  # that keys of JSON are made to


@dataclasses.dataclass
class Block:
    """Some rows of one file.

    Attributes:
        name: What the user calls the file.
        columns: Those of the file.
        texts, pairs: UTF-8, N each; no pairs for single texts.
        rows: Values by column, N mappings; none of a Parquet file.
        table: N rows of a Parquet file, whose types are kept.
        last: Number of the last row that was read, bad or good: a line of a text file, else a row.
    """

    name: str
    columns: tuple[str, ...]
    texts: list[bytes] = dataclasses.field(default_factory=list)
    pairs: list[bytes] | None = None
    rows: list[Mapping[str, object]] = dataclasses.field(default_factory=list)
    table: pa.Table | None = None
    last: int = 0


class BlockReader:
    """Reads files, block after block; memory doesn't grow with them.

    Args:
        request: Names the columns that are scored.
        added: Columns that the answers will get.
        is_table: Whether all rows that are written have the same columns, as in CSV and Parquet.
        refusals: Where rows that can't be scored are recorded.
        remarks: Gets what the files' owner should know.
    """

    def __init__(
        self, request: Request, *, added: Sequence[str], is_table: bool, refusals: Refusals, remarks: Remarks
    ) -> None:
        self._named = [request.text] if request.pair is None else [request.text, request.pair]
        self._added, self._is_table = frozenset(added), is_table
        self._refusals, self._remarks = refusals, remarks
        self._most_rows = _FIRST_ROWS

    def read(self, location: Location) -> Iterator[Block]:
        """All blocks of a file.

        Raises:
            DataError: it can't be read, lacks a column, or has more keys than a table can have columns.
        """
        first = next(iter(read_files(location.name, wanted=self._named)))
        header = first if isinstance(first, Header) else Header(location.name, ())
        suffix = suffix_of(location.path)
        if suffix in JSONL_SUFFIXES:
            header = header._replace(columns=self._keys(header))
        columns = self._columns(header)
        if suffix in PARQUET_SUFFIXES:
            return self._blocks_of_table(location, columns)
        return self._blocks_of_lines(location, columns)

    def _columns(self, header: Header) -> tuple[str, ...]:
        """The columns that a row can have: a name that is there twice is none."""
        counts = Counter(header.columns)
        # Where all rows are bad there is no column, and each row says why.
        problems = [problem for name in self._named if counts and (problem := column_problem(header, name))]
        if problems:
            raise DataError(f"{header.name} can't be scored:", where=header.name, problems=problems)
        self._remarks.heed(header)
        for name, count in counts.items():
            if count > 1:
                self._remarks.heed(Remark(f"{count} columns are named {name!r}; they are left out"))
        return tuple(name for name, count in counts.items() if count == 1)

    def _keys(self, header: Header) -> tuple[str, ...]:
        """The keys of all rows of JSON lines: any row may have one of its own, and a table gets a column for each.

        Where no columns are needed, only those of the first rows and those that are looked for.
        """
        keys, looked_for = dict.fromkeys(header.columns), self._added.union(self._named)
        for item in read_files(header.name, wanted=()):
            if not isinstance(item, Row):
                continue
            keys.update(dict.fromkeys(item.values if self._is_table else item.values.keys() & looked_for))
            if self._is_table and len(keys) > _MOST_COLUMNS:
                raise DataError(
                    f"The rows of {header.name} have more than {_MOST_COLUMNS:,} different keys, too many for columns.",
                    where=header.name,
                    hint="JSON lines keep any keys: --out NAME.jsonl",
                )
        return tuple(keys)

    def _blocks_of_lines(self, location: Location, columns: tuple[str, ...]) -> Iterator[Block]:
        block, size = self._new(location.name, columns), 0
        for item in self._rows_of(read_files(location.name, wanted=columns)):
            block.last = item.number
            if isinstance(item, Row) and self._add(block, item):
                block.rows.append(item.values)
                size += _bytes_of(item.values)
            if self._is_full(block, size):
                yield block
                block, size = self._new(location.name, columns), 0
        yield block

    def _blocks_of_table(self, location: Location, columns: tuple[str, ...]) -> Iterator[Block]:
        """The columns as they are, beside the texts as bert_tf's own reader checks them."""
        items = self._rows_of(read_files(location.name, wanted=self._named))
        with location.filesystem.open_input_file(location.path) as file:
            table = parquet.ParquetFile(file, pre_buffer=False)
            places = [table.schema_arrow.get_field_index(name) for name in columns]
            schema = pa.schema([table.schema_arrow.field(place) for place in places], table.schema_arrow.metadata)
            block, size, parts = self._new(location.name, columns), 0, []
            for whole in table.iter_batches(batch_size=_PARQUET_ROWS):
                batch, good = whole.select(places), []
                for place in range(batch.num_rows):
                    item = next(items)
                    block.last = item.number
                    if isinstance(item, Row) and self._add(block, item):
                        good.append(place)
                parts.append(batch if len(good) == batch.num_rows else batch.take(pa.array(good, pa.int64())))
                size += parts[-1].nbytes
                if self._is_full(block, size):
                    block.table = pa.Table.from_batches(parts, schema)
                    yield block
                    block, size, parts = self._new(location.name, columns), 0, []
            block.table = pa.Table.from_batches(parts, schema)
            yield block

    def _rows_of(self, items: Iterator[Item]) -> Iterator[Row | BadRow]:
        """Rows; what is said of the file, and of bad rows, is taken note of."""
        name = ""
        for item in items:
            self._remarks.heed(item)
            if isinstance(item, Header):
                name = item.name
            if isinstance(item, BadRow):
                self._refuse(name, item.number, Refusal(item.reason, item.message))
            if isinstance(item, Row | BadRow):
                yield item

    def _new(self, name: str, columns: tuple[str, ...]) -> Block:
        return Block(name, columns, pairs=[] if len(self._named) == 2 else None)

    def _is_full(self, block: Block, size: int) -> bool:
        if len(block.texts) < self._most_rows and size < _BYTES:
            return False
        self._most_rows = min(self._most_rows * _GROWTH, _MOST_ROWS)
        return True

    def _refuse(self, name: str, number: int, refusal: Refusal) -> None:
        self._refusals.add(f"{name}:{number}", refusal)

    def _add(self, block: Block, row: Row) -> bool:
        """Add a row's texts to the block, unless it can't be scored, which is recorded."""
        texts: list[bytes] = []
        for found in self._texts(row):
            if isinstance(found, Refusal):
                self._refuse(block.name, row.number, found)
                return False
            texts.append(found)
        block.texts.append(texts[0])
        if block.pairs is not None:
            block.pairs.append(texts[1])
        return True

    def _texts(self, row: Row) -> list[bytes | Refusal]:
        return [
            check_text(column, row.values[column])
            if column in row.values
            else Refusal("missing column", f"{column} is missing in this row")
            for column in self._named
        ]


def _bytes_of(row: Mapping[str, object]) -> int:
    """About what a row takes in memory."""
    size, waiting = 0, list(row.values())
    while waiting:
        value = waiting.pop()
        size += _BYTES_OF_A_VALUE
        if isinstance(value, str | bytes):
            size += len(value)
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return size
