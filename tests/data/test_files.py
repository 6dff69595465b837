"""Files of all kinds hold the same rows; what is no such file gets a sentence."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from bert_tf.data.file_format import FileFormat
from bert_tf.data.files import read_files
from bert_tf.data.rows import Header, Row
from bert_tf.errors import DataError

ROWS = [{"text": 'He said "no", twice', "label": "a"}, {"text": "zwölf\tBoxkämpfer\nkämpfen", "label": "b"}]
CSV = 'text,label\n"He said ""no"", twice",a\n"zwölf\tBoxkämpfer\nkämpfen",b\n'


def rows_of(path: Path, **options: object) -> list[dict[str, object]]:
    items = list(read_files(str(path), wanted=("text", "label"), file_format=FileFormat(**options)))
    values = [item.values for item in items if isinstance(item, Row)]
    return [
        {key: value.decode() if isinstance(value, bytes) else value for key, value in row.items()} for row in values
    ]


@pytest.mark.parametrize("name", ["a.csv", "a.CSV", "a.tsv", "a.csv.gz", "a.jsonl", "a.ndjson", "a.parquet", "a.pq"])
def test_every_kind_holds_the_same_rows(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name.endswith("gz"):
        path.write_bytes(gzip.compress(CSV.encode()))
    elif name.lower().endswith("csv"):
        path.write_text(CSV, encoding="utf-8")
    elif name.endswith("tsv"):
        path.write_text(CSV.replace(",a", "\ta").replace(",b", "\tb").replace("text,", "text\t"), encoding="utf-8")
    elif name.endswith("json") or "json" in name:
        path.write_text("\n".join(json.dumps(row) for row in ROWS), encoding="utf-8")
    else:
        parquet.write_table(pa.Table.from_pylist(ROWS), path)
    assert rows_of(path) == ROWS


def test_a_delimiter_makes_any_suffix_readable(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text|label\nx|y\n", encoding="utf-8")
    assert rows_of(tmp_path / "a.txt", delimiter="|") == [{"text": "x", "label": "y"}]


def test_files_of_a_glob_follow_one_another(tmp_path: Path) -> None:
    for name in ("2.csv", "1.csv"):
        (tmp_path / name).write_text(f"text,label\n{name},a\n", encoding="utf-8")
    items = list(read_files(f"{tmp_path}/*.csv", wanted=("text",)))
    assert [item.name for item in items if isinstance(item, Header)] == [f"{tmp_path}/1.csv", f"{tmp_path}/2.csv"]
    assert [row["text"] for row in rows_of(tmp_path / "*.csv")] == ["1.csv", "2.csv"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", r"a\.csv is empty"),
        ("a.csv", b"text,label\n", r"a\.csv has no rows below its header\.(.|\n)*choose a file that has rows"),
        ("a.jsonl", b"\n\n", r"a\.jsonl has no rows\.(.|\n)*choose a file that has rows"),
        ("a.xlsx", b"PK", r"unknown file type(.|\n)*\.csv, \.tsv, \.jsonl, \.ndjson, \.json, \.parquet, \.pq"),
        (
            "a.xlsx",
            b"PK\x03\x04[Content_Types].xml",
            r"a\.xlsx is a zip archive or an Excel workbook(.|\n)*save the sheet",
        ),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"a\.xls is an old Excel workbook"),
        ("a.parquet", b"text,label\na,b\n", r"a\.parquet is not a Parquet file(.|\n)*rename it to \.csv"),
        ("a.parquet", b"PAR1text,label", r"a\.parquet can't be read: "),
        ("a.csv.gz", gzip.compress(b"text,label\n" + bytes(range(256)) * 900)[:-40], r"a\.csv\.gz can't be read: "),
    ],
)
def test_a_file_of_no_use_gets_a_sentence(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        rows_of(tmp_path / name)


def test_column_names_are_for_delimited_files(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "a"}', encoding="utf-8")
    with pytest.raises(DataError, match=r"data\.columns is for CSV and TSV files"):
        list(read_files(str(tmp_path / "a.jsonl"), wanted=("text",), file_format=FileFormat(columns=("text",))))


@pytest.mark.parametrize("delimiter", ["", ";;"])
def test_a_delimiter_is_one_character(delimiter):
    with pytest.raises(DataError, match=f"{delimiter!r} is not one character"):
        FileFormat(delimiter=delimiter)
