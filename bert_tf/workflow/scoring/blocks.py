"""Rows of files in blocks: their texts, and all their columns as they are."""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
from pyarrow import parquet

from bert_tf.data.checks import Refusal, check_text
from bert_tf.data.files import PARQUET_SUFFIXES, read_files, suffix_of
from bert_tf.data.locations import Location
from bert_tf.data.nearest import did_you_mean
from bert_tf.data.rows import BadRow, Header, Item, Row
from bert_tf.errors import DataError

_ROWS, _BYTES = 8192, 16 << 20  # of a block: enough for batches of texts of like length
_PARQUET_ROWS = 1024  # read at a time
_SHOWN = 20


@dataclasses.dataclass
class Refusals:
    """Rows that can't be scored.

    Attributes:
        reasons: How many, by two or three words.
        shown: The first twenty, each with its place.
    """

    reasons: Counter[str] = dataclasses.field(default_factory=Counter)
    shown: list[str] = dataclasses.field(default_factory=list)

    def add(self, place: str, refusal: Refusal) -> None:
        """Record a row."""
        self.reasons[refusal.reason] += 1
        if len(self.shown) < _SHOWN:
            self.shown.append(f"{place}: {refusal.message}")

    @property
    def rows(self) -> int:
        """How many in all."""
        return self.reasons.total()


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
        text, pair: Names of the columns that are scored; no pair for single texts.
        refusals: Where rows that can't be scored are recorded.
    """

    def __init__(self, *, text: str, pair: str | None, refusals: Refusals) -> None:
        self._named = [text] if pair is None else [text, pair]
        self._refusals = refusals

    def read(self, location: Location) -> Iterator[Block]:
        """All blocks of a file.

        Raises:
            DataError: it can't be read, or lacks a column.
        """
        header = next(iter(read_files(location.name, wanted=self._named)))
        columns = _columns(header)
        self._check_columns(location.name, columns)
        if suffix_of(location.path) in PARQUET_SUFFIXES:
            return self._blocks_of_table(location)
        return self._blocks_of_lines(location, columns)

    def _check_columns(self, name: str, columns: Sequence[str]) -> None:
        for column in self._named:
            if column not in columns:
                hint = did_you_mean(column, columns)
                there = f"the columns are: {', '.join(columns)}"
                raise DataError(
                    f"{name} has no column {column!r}.", where=name, hint=f"{hint} {there}" if hint else there
                )

    def _blocks_of_lines(self, location: Location, columns: tuple[str, ...]) -> Iterator[Block]:
        block, size = self._new(location.name, columns), 0
        for item in _rows_only(read_files(location.name, wanted=columns)):
            block.last = item.number
            if isinstance(item, Row) and (added := self._add(block, item)):
                block.rows.append(item.values)
                size += added
            elif isinstance(item, BadRow):
                self._refuse(block, item.number, Refusal(item.reason, item.message))
            if len(block.texts) >= _ROWS or size >= _BYTES:
                yield block
                block, size = self._new(location.name, columns), 0
        yield block

    def _blocks_of_table(self, location: Location) -> Iterator[Block]:
        """The columns as they are, beside the texts as bert_tf's own reader checks them."""
        items = _rows_only(read_files(location.name, wanted=self._named))
        with location.filesystem.open_input_file(location.path) as file:
            table = parquet.ParquetFile(file, pre_buffer=False)
            columns = tuple(table.schema_arrow.names)
            block, size, parts = self._new(location.name, columns), 0, []
            for batch in table.iter_batches(batch_size=_PARQUET_ROWS):
                good = []
                for place in range(batch.num_rows):
                    item = next(items)
                    block.last = item.number
                    if isinstance(item, BadRow):
                        self._refuse(block, item.number, Refusal(item.reason, item.message))
                    elif added := self._add(block, item):
                        good.append(place)
                        size += added
                parts.append(batch if len(good) == batch.num_rows else batch.take(pa.array(good, pa.int64())))
                if len(block.texts) >= _ROWS or size >= _BYTES:
                    block.table = pa.Table.from_batches(parts, table.schema_arrow)
                    yield block
                    block, size, parts = self._new(location.name, columns), 0, []
            block.table = pa.Table.from_batches(parts, table.schema_arrow)
            yield block

    def _new(self, name: str, columns: tuple[str, ...]) -> Block:
        return Block(name, columns, pairs=[] if len(self._named) == 2 else None)

    def _refuse(self, block: Block, number: int, refusal: Refusal) -> None:
        self._refusals.add(f"{block.name}:{number}", refusal)

    def _add(self, block: Block, row: Row) -> int:
        """Add a row's texts to the block; their bytes, and 0 for one that can't be scored, which is recorded."""
        texts: list[bytes] = []
        for found in self._texts(row):
            if isinstance(found, Refusal):
                self._refuse(block, row.number, found)
                return 0
            texts.append(found)
        block.texts.append(texts[0])
        if block.pairs is not None:
            block.pairs.append(texts[1])
        return sum(map(len, texts))

    def _texts(self, row: Row) -> list[bytes | Refusal]:
        return [
            check_text(column, row.values[column])
            if column in row.values
            else Refusal("missing column", f"{column} is missing in this row")
            for column in self._named
        ]


def _columns(header: Item) -> tuple[str, ...]:
    """The columns that a row can have: a name that is there twice is none."""
    if not isinstance(header, Header):  # of a file whose rows are all bad
        return ()
    return tuple(name for name, count in Counter(header.columns).items() if count == 1)


def _rows_only(items: Iterator[Item]) -> Iterator[Row | BadRow]:
    return (item for item in items if isinstance(item, Row | BadRow))
