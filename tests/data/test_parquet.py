"""Parquet: rows as pyarrow wrote them, and only the columns that are asked for."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import fs, parquet

from bert_tf.data.file_format import AS_FOUND, FileFormat
from bert_tf.data.locations import Location
from bert_tf.data.parquet import read_parquet
from bert_tf.data.row_blocks import row_by_row
from bert_tf.data.rows import BadRow, Header, Item, Row
from bert_tf.errors import DataError


def read(path: Path, *wanted: str, file_format: FileFormat = AS_FOUND) -> list[Item]:
    location = Location(fs.LocalFileSystem(), str(path), "a.parquet")
    return list(row_by_row(read_parquet(location, wanted=wanted, file_format=file_format)))


def test_rows_are_numbered_over_batches_and_unwanted_columns_left_out(tmp_path: Path) -> None:
    rows = [{"text": f"t{number}", "label": number % 3, "other": [number]} for number in range(3000)]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet", row_group_size=700)
    header, *found = read(tmp_path / "a.parquet", "label", "text", "absent")
    assert header == Header("a.parquet", ("text", "label", "other"), lists={"other": "list<element: int64>"})
    assert found == [Row(number + 1, {"label": number % 3, "text": f"t{number}".encode()}) for number in range(3000)]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.dictionary(pa.int32(), pa.string())])
def test_texts_of_any_kind_come_as_bytes(kind: pa.DataType, tmp_path: Path) -> None:
    table = pa.table({"text": pa.array(["ä", None, "b"]).cast(kind)})
    parquet.write_table(table, tmp_path / "a.parquet")
    values = [row.values["text"] for row in read(tmp_path / "a.parquet", "text") if isinstance(row, Row)]
    assert values == ["ä".encode(), None, b"b"]


@pytest.mark.parametrize(
    "kind",
    [
        pa.list_(pa.string()),
        pa.large_list(pa.large_string()),
        pa.list_(pa.binary()),
        pa.list_(pa.dictionary(pa.int32(), pa.string())),
    ],
)
def test_lists_come_as_in_json(kind: pa.DataType, tmp_path: Path) -> None:
    lists = [["ä", "b"], None, [], ["b"]]
    parquet.write_table(pa.table({"tags": pa.array(lists, kind)}), tmp_path / "a.parquet")
    assert [row.values["tags"] for row in read(tmp_path / "a.parquet", "tags")[1:]] == lists


def test_lists_of_numbers_and_of_one_length(tmp_path: Path) -> None:
    lists = [[1, 0], None, [0, None]]
    parquet.write_table(pa.table({"tags": pa.array(lists, pa.list_(pa.int8(), 2))}), tmp_path / "a.parquet")
    assert [row.values["tags"] for row in read(tmp_path / "a.parquet", "tags")[1:]] == lists


def test_a_list_with_a_text_that_is_not_utf8_is_handed_on_and_a_long_one_is_a_bad_row(tmp_path: Path) -> None:
    damaged = pa.ListArray.from_arrays([0, 2, 3], pa.array([b"caf\xe9", b"ok", b"a" * 2000]).view(pa.string()))
    parquet.write_table(pa.table({"tags": damaged}), tmp_path / "a.parquet")
    found = read(tmp_path / "a.parquet", "tags", file_format=FileFormat(max_row_bytes=1024))[1:]
    assert found == [
        Row(1, {"tags": [b"caf\xe9", "ok"]}),
        BadRow(2, "long row", "longer than 1,024 bytes; data.max_row_bytes allows more"),
    ]


def test_lists_are_unpacked_no_further_than_allowed(tmp_path: Path) -> None:
    table = pa.table({"tags": [["x" * 100_000]] * 2000})
    parquet.write_table(table, tmp_path / "a.parquet", compression="zstd", use_dictionary=False)
    with pytest.raises(DataError, match="unpacks to more than 64 MiB"):
        read(tmp_path / "a.parquet", "tags")


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


def test_a_damaged_footer_does_not_end_the_process() -> None:
    # pyarrow 26 aborts where the statistics of one of its columns are looked at. Found by `benchmarks.attack.files`.
    header, *found = read(Path(__file__).with_name("damaged_footer.parquet"), "text", "label")
    assert isinstance(header, Header)
    assert len(found) == parquet.ParquetFile(Path(__file__).with_name("damaged_footer.parquet")).metadata.num_rows


def test_entities_are_lists_of_structs_and_structs_of_lists(tmp_path: Path) -> None:
    spans = [[{"start": 0, "end": 3, "label": "PER"}], [], None]
    parts = [{"start": [0], "label": ["PER"]}, {"start": [], "label": []}, None]
    parquet.write_table(pa.table({"spans": spans, "parts": parts}), tmp_path / "a.parquet")
    header, *rows = read(tmp_path / "a.parquet", "spans", "parts")
    assert isinstance(header, Header)
    assert set(header.lists) == {"spans", "parts"}
    assert [row.values for row in rows if isinstance(row, Row)] == [
        {"spans": span, "parts": part} for span, part in zip(spans, parts, strict=True)
    ]


def test_texts_in_structs_count_as_much_as_others(tmp_path: Path) -> None:
    table = pa.table({"spans": [[{"label": "x" * 100}]] * 3})
    parquet.write_table(table, tmp_path / "a.parquet")
    rows = read(tmp_path / "a.parquet", "spans", file_format=FileFormat(max_row_bytes=50))[1:]
    assert [row.reason for row in rows if isinstance(row, BadRow)] == ["long row"] * 3
