"""Parquet: rows as pyarrow wrote them, and only the columns that are asked for."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from bert_tf.data.parquet import read_parquet
from bert_tf.data.rows import Header, Item, Row


def read(path: Path, *wanted: str) -> list[Item]:
    with pa.OSFile(str(path)) as file:
        return list(read_parquet(file, name="a.parquet", wanted=wanted))


def test_rows_are_numbered_over_batches_and_unwanted_columns_left_out(tmp_path: Path) -> None:
    rows = [{"text": f"t{number}", "label": number % 3, "other": [number]} for number in range(3000)]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet", row_group_size=700)
    header, *found = read(tmp_path / "a.parquet", "label", "text", "absent")
    assert header == Header("a.parquet", ("text", "label", "other"))
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
