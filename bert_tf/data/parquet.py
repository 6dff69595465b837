"""Parquet files, a small batch at a time, only the columns that are used."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from bert_tf.data.file_format import FileFormat
from bert_tf.data.list_cells import list_cell
from bert_tf.data.locations import Location
from bert_tf.data.row_blocks import BlockItem, Cells, RowBlock
from bert_tf.data.rows import Header
from bert_tf.data.unpacking import BYTES_OF_A_ROW, Expansion
from bert_tf.errors import DataError

_ROWS_IN_BATCH = 1024
_CELLS_IN_BATCH = 1 << 16
_BYTES_OF_A_CELL = 8
_MAGIC = b"PAR1"


def read_parquet(location: Location, *, wanted: Sequence[str], file_format: FileFormat) -> Iterator[BlockItem]:
    """The header with all columns, then the rows with those of `wanted` that are there, numbered from 1.

    A name that two columns have is in no row, and no column of times or lists of lists is.

    Raises:
        DataError: It is not a Parquet file, or unpacks to more than its size allows.
        pyarrow.ArrowException, OSError: It is damaged.
    """
    with location.filesystem.open_input_file(location.path) as file:
        size = file.size()
        if file.read_at(len(_MAGIC), 0) != _MAGIC:
            raise DataError(
                f"{location.name} is not a Parquet file.",
                where=location.name,
                hint="if it is text, rename it to .csv, .tsv or .jsonl; if it is compressed, unpack it",
            )
        schema = parquet.read_schema(file)
        lists = {field.name: str(field.type) for field in schema if _is_list(field.type)}
        unreadable = {
            field.name: str(field.type) for field in schema if field.name not in lists and not _is_value(field.type)
        }
        names = Counter(schema.names)
        yield Header(location.name, tuple(schema.names), unreadable, lists)
        used = [name for name in dict.fromkeys(wanted) if names[name] == 1 and name not in unreadable]
        table = parquet.ParquetFile(file, pre_buffer=False, read_dictionary=_texts(schema, used))
        expansion = Expansion(location.name, packed=size, most=file_format.max_expansion)
        _check_pages(table.metadata, used, expansion)
        yield from _blocks(table, used, expansion=expansion, limit=file_format.max_row_bytes)


def _blocks(table: parquet.ParquetFile, used: Sequence[str], *, expansion: Expansion, limit: int) -> Iterator[RowBlock]:
    number = 1
    rows_in_batch = max(1, min(_ROWS_IN_BATCH, _CELLS_IN_BATCH // max(len(used), 1)))
    for batch in table.iter_batches(batch_size=rows_in_batch, columns=used):
        rows = batch.num_rows
        cells = {column: _cells(batch.column(column)) for column in used}
        sizes = np.zeros(rows, np.int64)
        for values, codes in cells.values():
            sizes += np.array([_bytes_of(value) for value in values], np.int64)[codes]
        expansion.add(int(sizes.sum()) + _BYTES_OF_A_CELL * max(len(used), 1) * rows, rows=rows)
        message = f"longer than {limit:,} bytes; data.max_row_bytes allows more"
        bad = Cells([("long row", message)], np.where(sizes > limit, 0, -1))
        yield RowBlock(np.arange(number, number + rows), np.ones(rows, np.int64), cells, bad)
        number += rows


def _is_value(kind: pa.DataType) -> bool:
    """Whether a cell is a text, bytes, a number or a boolean."""
    if pa.types.is_dictionary(kind):
        return _is_value(kind.value_type)
    return (
        _is_text(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_null(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def _is_list(kind: pa.DataType) -> bool:
    """Whether a cell is a list of such values, or of entities: structs of them, or a struct of lists."""
    if pa.types.is_struct(kind):
        return all(_is_list(field.type) and not _is_struct_list(field.type) for field in kind)
    return _is_any_list(kind) and (_is_value(kind.value_type) or _is_struct_list(kind))


def _is_struct_list(kind: pa.DataType) -> bool:
    is_struct = _is_any_list(kind) and pa.types.is_struct(kind.value_type)
    return is_struct and all(_is_value(field.type) for field in kind.value_type)


def _is_any_list(kind: pa.DataType) -> bool:
    return pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)


def _bytes_of(value: object) -> int:
    """Of texts; numbers are counted by the cell, but in a list one by one."""
    if isinstance(value, dict):
        return sum(map(_bytes_of, value.values()))
    if isinstance(value, list):
        return sum(_BYTES_OF_A_CELL + _bytes_of(part) for part in value)
    return len(value) if isinstance(value, str | bytes) else 0


def _is_text(kind: pa.DataType) -> bool:
    return (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    )


def _texts(schema: pa.Schema, used: Sequence[str]) -> list[str]:
    """Columns to be read as dictionaries: a value that comes again a million times is unpacked once."""
    return [name for name in used if _is_text(schema.field(name).type)]


def _check_pages(metadata: parquet.FileMetaData, used: Sequence[str], expansion: Expansion) -> None:
    """Refuse a file whose rows are more, or whose pages larger, than its size allows, before they are unpacked."""
    expansion.check(metadata.num_rows * (BYTES_OF_A_ROW + _BYTES_OF_A_CELL * len(used)))
    chosen = set(used)
    for group in range(metadata.num_row_groups):
        columns = metadata.row_group(group)
        # Of a damaged footer pyarrow ends the process as soon as a column is looked at, where reading it is an error
        # like any other: no more is looked at than is needed.
        if columns.total_byte_size >= 0 and expansion.allows(columns.total_byte_size):
            continue
        for place in range(columns.num_columns):
            column = columns.column(place)
            # Of a list the path is name.list.element; a name may have dots itself.
            if not chosen.isdisjoint(accumulate(column.path_in_schema.split("."), "{}.{}".format)):
                expansion.check(column.total_uncompressed_size)


def _cells(column: pa.Array) -> Cells:
    """Cells of a batch; texts as bytes, so that one that is not UTF-8 is a bad row and doesn't end the reading."""
    if pa.types.is_struct(column.type) or _is_struct_list(column.type):
        return _each(column.to_pylist())
    if _is_list(column.type):
        values, codes = _cells(column.flatten())
        parts = iter([values[code] for code in codes.tolist()])
        lengths = column.value_lengths().to_pylist()
        return _each([None if length is None else list_cell(islice(parts, length)) for length in lengths])
    if pa.types.is_integer(column.type) or pa.types.is_boolean(column.type):
        column = column.dictionary_encode()
    if not pa.types.is_dictionary(column.type):
        return _each(_plain_values(column))
    # Each value once, and only those of this batch: a dictionary may be as large as a page.
    indices = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    present, places = np.unique(indices, return_inverse=True)
    values = _plain_values(column.dictionary.take(pa.array(present[present >= 0])))
    return Cells([None] * int((present < 0).sum()) + values, places)


def _each(values: list[object]) -> Cells:
    return Cells(values, np.arange(len(values)))


def _plain_values(column: pa.Array) -> list[object]:
    if pa.types.is_string(column.type):
        column = column.cast(pa.binary())
    elif pa.types.is_large_string(column.type):
        column = column.cast(pa.large_binary())
    values: list[object] = column.to_pylist()
    return values
