"""Parquet: rows as pyarrow wrote them, and only the columns that are asked for."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import fs, parquet

from bert_tf.data.file_format import AS_FOUND, FileFormat
from bert_tf.data.locations import Location
from bert_tf.data.parquet import read_parquet
from bert_tf.data.rows import BadRow, Header, Item, Row
from bert_tf.errors import DataError


def read(path: Path, *wanted: str, file_format: FileFormat = AS_FOUND) -> list[Item]:
    location = Location(fs.LocalFileSystem(), str(path), "a.parquet")
    return list(read_parquet(location, wanted=wanted, file_format=file_format))


def test_rows_are_numbered_over_batches_and_unwanted_columns_left_out(tmp_path: Path) -> None:
    rows = [{"text": f"t{number}", "label": number % 3, "other": [number]} for number in range(3000)]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet", row_group_size=700)
    header, *found = read(tmp_path / "a.parquet", "label", "text", "absent")
    assert header == Header("a.parquet", ("text", "label", "other"), {"other": "list<element: int64>"})
    assert found == [Row(number + 1, {"label": number % 3, "text": f"t{number}".encode()}) for number in range(3000)]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.dictionary(pa.int32(), pa.string())])
def test_texts_of_any_kind_come_as_bytes(kind: pa.DataType, tmp_path: Path) -> None:
    table = pa.table({"text": pa.array(["ä", None, "b"]).cast(kind)})
    parquet.write_table(table, tmp_path / "a.parquet")
    values = [row.values["text"] for row in read(tmp_path / "a.parquet", "text") if isinstance(row, Row)]
    assert values == ["ä".encode(), None, b"b"]


def test_a_text_that_is_not_utf8_is_handed_on(tmp_path: Path) -> None:
    damaged = pa.array([b"caf\xe9"]).view(pa.string())
    parquet.write_table(pa.table({"text": damaged}), tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet", "text")[1] == Row(1, {"text": b"caf\xe9"})


def test_a_name_that_two_columns_have_is_in_no_row(tmp_path: Path) -> None:
    columns = [pa.array(["a"]), pa.array(["b"]), pa.array(["c"])]
    parquet.write_table(pa.Table.from_arrays(columns, ["text", "note", "note"]), tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet", "text", "note") == [
        Header("a.parquet", ("text", "note", "note")),
        Row(1, {"text": b"a"}),
    ]


def test_values_that_no_row_can_have_are_not_read(tmp_path: Path) -> None:
    broken = pa.StructArray.from_arrays([pa.array([b"caf\xe9"]).view(pa.string())], ["a"])
    times = pa.array([2**62], pa.timestamp("ns"))
    table = pa.table({"text": ["a"], "inside": broken, "when": times})
    parquet.write_table(table, tmp_path / "a.parquet")
    header, row = read(tmp_path / "a.parquet", "text", "inside", "when")
    assert row == Row(1, {"text": b"a"})
    assert isinstance(header, Header)
    assert dict(header.unreadable) == {"inside": "struct<a: string>", "when": "timestamp[ns]"}


def test_a_row_over_the_limit_is_a_bad_row(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"text": ["a" * 2000, "b"]}), tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet", "text", file_format=FileFormat(max_row_bytes=1024))[1:] == [
        BadRow(1, "long row", "longer than 1,024 bytes; data.max_row_bytes allows more"),
        Row(2, {"text": b"b"}),
    ]


def test_a_value_that_comes_again_and_again_is_unpacked_once_and_counted(tmp_path: Path) -> None:
    indices = pa.array([0] * 2000, pa.int32())
    texts = pa.DictionaryArray.from_arrays(indices, pa.array(["x" * 100_000]))
    parquet.write_table(pa.table({"text": texts}), tmp_path / "a.parquet", compression="zstd")
    assert (tmp_path / "a.parquet").stat().st_size < 5000
    with pytest.raises(DataError, match=r"unpacks to more than 64 MiB(.|\n)*data\.max_expansion"):
        read(tmp_path / "a.parquet", "text")
    found = read(tmp_path / "a.parquet", "text", file_format=FileFormat(max_expansion=1_000_000))
    assert len(found) == 2001
