"""Parquet files, a small batch at a time, only the columns that are used."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
from pyarrow import parquet

from bert_tf.data.rows import Header, Item, Row

ROWS_IN_BATCH = 1024


def read_parquet(file: pa.NativeFile, *, name: str, wanted: Sequence[str]) -> Iterator[Item]:
    """The header with all columns, then each row with those of `wanted` that are there, numbered from 1.

    Raises:
        pyarrow.ArrowInvalid: It is not a Parquet file.
    """
    table = parquet.ParquetFile(file, pre_buffer=False)
    columns = tuple(table.schema_arrow.names)
    yield Header(name, columns)
    used = [column for column in wanted if column in columns]
    number = 0
    for batch in table.iter_batches(batch_size=ROWS_IN_BATCH, columns=used):
        values = [_python_values(batch.column(column)) for column in used]
        for row in zip(*values, strict=True):
            number += 1
            yield Row(number, dict(zip(used, row, strict=True)))


def _python_values(column: pa.Array) -> list[object]:
    if isinstance(column, pa.DictionaryArray):
        column = column.dictionary_decode()
    # As bytes, so that a text which is not UTF-8 is a bad row and doesn't end the reading.
    if pa.types.is_string(column.type):
        column = column.cast(pa.binary())
    elif pa.types.is_large_string(column.type):
        column = column.cast(pa.large_binary())
    values: list[object] = column.to_pylist()
    return values
