"""Scored rows to files: CSV and TSV, JSON lines, Parquet; a block at a time."""

import datetime
import decimal
import io
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Protocol

import pyarrow as pa
from pyarrow import parquet

from bert_tf.documents import finite
from bert_tf.errors import DataError
from bert_tf.export.task_serving import Served, TaskServing, columns_of, rows_of
from bert_tf.spreadsheets import write_csv_columns
from bert_tf.workflow.scoring.blocks import Block

# Types of values that are written as they are.
_AS_THEY_ARE = frozenset({str, int, float, type(None)})
# Of columns in Parquet, by the types of all their values; of others texts.
_COLUMN_TYPES = {
    frozenset({bool}): pa.bool_(),
    frozenset({int}): pa.int64(),
    frozenset({float}): pa.float64(),
    frozenset({int, float}): pa.float64(),
}
_LARGEST = {pa.int64(): 2**63 - 1, pa.float64(): 2**53}  # whole numbers that stay the same


@dataclass(frozen=True)
class Answers:
    """What a model says of N rows: what is served, by output, and how the task puts it into columns."""

    serving: TaskServing
    outputs: Served

    def rows(self) -> list[list[Any]]:
        """The columns' values row by row, as Python's own."""
        return rows_of(self.arrays(), decimals=self.serving.file_decimals)

    def columns(self) -> list[list[Any]]:
        """The same column by column."""
        return columns_of(self.arrays(), decimals=self.serving.file_decimals)

    def arrays(self) -> list[pa.Array]:
        """The columns."""
        return self.serving.arrays(self.outputs)


class Writer(Protocol):
    """Takes blocks of one set of columns.

    Attributes:
        defused: Cells that got an apostrophe.
    """

    defused: int

    def write(self, block: Block, answers: Answers) -> None: ...
    def close(self) -> None: ...


def added_columns(serving: TaskServing, *, prefix: str) -> pa.Schema:
    """The columns that are added to the file's own."""
    return pa.schema([(f"{prefix}{field.name}", field.type) for field in serving.columns])


def open_writer(
    kind: str,
    file: IO[bytes],
    *,
    columns: Sequence[str],
    added: pa.Schema,
    raw: bool,
    schema: pa.Schema | None = None,
) -> Writer:
    """A writer of one of the formats of `format_of`.

    Args:
        kind: `csv`, `tsv`, `jsonl` or `parquet`.
        file: Gets the bytes; it is left open.
        columns: Of the rows.
        added: As of `added_columns`.
        raw: Whether texts that a spreadsheet would compute are written as they are.
        schema: Types of the columns of Parquet; as of `column_types` of the first block if not given.
    """
    if kind == "parquet":
        return _ParquetWriter(file, columns, added, schema)
    if kind == "jsonl":
        return _LinesWriter(file, added.names)
    return _DelimitedWriter(file, columns, added.names, delimiter="\t" if kind == "tsv" else ",", raw=raw)


class _DelimitedWriter:
    def __init__(
        self, file: IO[bytes], columns: Sequence[str], added: Sequence[str], *, delimiter: str, raw: bool
    ) -> None:
        self._columns, self._delimiter, self._raw = list(columns), delimiter, raw
        self.defused, self._file = 0, file
        self._write([name] for name in (*columns, *added))

    def write(self, block: Block, answers: Answers) -> None:
        rows = list(_values(block))
        kept = ([row.get(name) for row in rows] for name in self._columns)
        self._write(map(_cells, itertools.chain(kept, answers.columns())))

    def close(self) -> None:
        """Nothing is kept back."""

    def _write(self, columns: Iterable[Sequence[object]]) -> None:
        text = io.StringIO(newline="")
        self.defused += write_csv_columns(text, columns, delimiter=self._delimiter, raw=self._raw)
        self._file.write(text.getvalue().encode())


class _LinesWriter:
    defused = 0

    def __init__(self, file: IO[bytes], added: Sequence[str]) -> None:
        self._file, self._added = file, list(added)

    def write(self, block: Block, answers: Answers) -> None:
        lines = []
        for row, answer in zip(_values(block), answers.rows(), strict=True):
            whole = {**row, **dict(zip(self._added, answer, strict=True))}
            lines.append(_json(whole))
        if lines:
            self._file.write(("\n".join(lines) + "\n").encode("utf-8", "backslashreplace"))

    def close(self) -> None:
        """Nothing is kept back."""


class _ParquetWriter:
    defused = 0

    def __init__(
        self, file: IO[bytes], columns: Sequence[str], added: pa.Schema, schema: pa.Schema | None = None
    ) -> None:
        self._file, self._columns, self._added = file, list(columns), added
        self._schema, self._writer = schema, None if schema is None else self._open(schema)

    def _open(self, kept: pa.Schema) -> parquet.ParquetWriter:
        return parquet.ParquetWriter(self._file, pa.schema([*kept, *self._added]), compression="zstd")

    def write(self, block: Block, answers: Answers) -> None:
        if self._schema is None or self._writer is None:
            self._schema = column_types(block, self._columns)
            self._writer = self._open(self._schema)
        arrays = self._kept(block, self._schema)
        arrays += answers.arrays()
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._writer.schema))

    def _kept(self, block: Block, schema: pa.Schema) -> list[Any]:
        try:
            if block.table is not None:
                return block.table.select(schema.names).cast(schema).columns
            return [pa.array([_fitting(row.get(f.name), f.type) for row in block.rows], f.type) for f in schema]
        except (pa.ArrowException, ValueError, KeyError, OverflowError) as problem:
            raise DataError(
                f"A column of {block.name} changes its type: {str(problem).splitlines()[0]}.",
                where=f"{block.name}, rows up to {block.last}",
                hint="JSON Lines takes any values: --out NAME.jsonl",
            ) from problem

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def column_types(block: Block, columns: Sequence[str]) -> pa.Schema:
    """Types of columns in Parquet: those of its own, else as the rows of a block have them.

    Of these, numbers and booleans where all are and fit, else texts.
    """
    if block.table is not None:
        return block.table.schema
    fields = []
    for name in columns:
        values = [value for row in block.rows if (value := row.get(name)) is not None]
        kinds = {type(value) for value in values}
        largest = max((abs(value) for value in values if type(value) is int), default=0)
        kind = _COLUMN_TYPES.get(frozenset(kinds), pa.string())
        fields.append((name, kind if largest <= _LARGEST.get(kind, largest) else pa.string()))
    return pa.schema(fields)


def _fitting(value: Any, kind: pa.DataType) -> object:
    """A value for a column of a type; raises ValueError where pyarrow would make another value of it."""
    if value is None:
        return None
    if pa.types.is_string(kind):
        return str(_cell(value))
    if pa.types.is_integer(kind) and isinstance(value, float) and not value.is_integer():
        raise ValueError(f"{value} is no whole number, as those before it are")
    if pa.types.is_floating(kind) and isinstance(value, bool):
        raise ValueError(f"{value} is no number, as those before it are")
    return value


def _values(block: Block) -> Iterator[Mapping[str, Any]]:
    if block.table is None:
        return iter(block.rows)
    return (row for batch in block.table.to_batches() for row in batch.to_pylist())


def _cells(values: Sequence[Any]) -> Sequence[object]:
    """`_cell` of each, which most columns need for none."""
    return values if _AS_THEY_ARE.issuperset(map(type, values)) else list(map(_cell, values))


def _cell(value: Any) -> object:
    """A value in a cell of text: what is not a text or a number is written as JSON has it."""
    if isinstance(value, str) or value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    return _plain(value) if isinstance(_plain(value), str) else _json(value)


def _json(value: Any) -> str:
    """A value as JSON that any reader takes: a number that is not finite, which JSON has no word for, becomes null."""
    try:
        return json.dumps(value, ensure_ascii=False, default=_plain, allow_nan=False)
    except ValueError:
        return json.dumps(finite(value), ensure_ascii=False, default=_plain)


def _plain(value: Any) -> object:
    """What JSON has no form for, as a text."""
    match value:
        case bytes():
            return value.decode("utf-8", "replace")
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
        case decimal.Decimal() | datetime.timedelta():
            return str(value)
    return None
