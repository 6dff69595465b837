import gzip
import sqlite3

import pyarrow as pa
import pytest
from pyarrow import fs, parquet

from bert_tf.data.encodings import check_is_text
from bert_tf.data.locations import Location
from bert_tf.errors import DataError

SENTENCE = "Das Gerät läuft größtenteils schön und die Bedienung fällt überhaupt nicht schwer."
GERMAN = "text,label\n" + f"{SENTENCE},gut\n" * 20


def location(path):
    return Location(fs.LocalFileSystem(), str(path), path.name)


def test_text_comes_without_its_byte_order_mark(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbftext,label\n")
    assert check_is_text(location(path)) == "text,label\n"


def test_compressed_text_is_unpacked(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(GERMAN.encode()))
    assert check_is_text(location(path)) == GERMAN


def test_a_long_file_is_cut_at_a_line_and_not_in_a_character(tmp_path):
    path = tmp_path / "a.csv"
    line = "x" + "ä" * 700 + "\n"
    path.write_text(line * 2000, encoding="utf-8")
    shown = check_is_text(location(path))
    # 1,402 bytes a line: the first MiB ends in the middle of an ä.
    assert shown == line * ((1 << 20) // 1402)


@pytest.mark.parametrize("encoding, named", [("latin-1", "cp1252"), ("cp1252", "cp1252")])
def test_german_of_old_programs_is_named_with_what_converts_it(tmp_path, encoding, named):
    path = tmp_path / "my reviews.csv"
    path.write_bytes(GERMAN.encode(encoding))
    with pytest.raises(DataError, match="not UTF-8: byte 0xe4 in line 2") as caught:
        check_is_text(location(path))
    assert caught.value.hint == f"iconv -f {named.upper()} -t UTF-8 'my reviews.csv' > 'my reviews-utf8.csv'"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_wide_encodings_are_known_by_their_mark(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes(GERMAN.encode(encoding))
    with pytest.raises(DataError, match=f"is {encoding.upper()}, not UTF-8(.|\n)*iconv -f {encoding.upper()}"):
        check_is_text(location(path))


def _workbook(path):
    path.write_bytes(b"PK\x03\x04 and more")


def _database(path):
    connection = sqlite3.connect(path)
    connection.execute("create table a (b)")
    connection.commit()


def _parquet(path):
    parquet.write_table(pa.table({"text": ["a"]}), path)


@pytest.mark.parametrize(
    "write, told",
    [
        (_workbook, "Excel workbook(.|\n)*save the sheet as CSV"),
        (_database, "SQLite database(.|\n)*sqlite3 -csv"),
        (_parquet, "binary file(.|\n)*its suffix tells"),
        (lambda path: path.touch(), "is empty"),
    ],
)
def test_what_is_no_text_is_named(tmp_path, write, told):
    path = tmp_path / "a.csv"
    write(path)
    with pytest.raises(DataError, match=told):
        check_is_text(location(path))


def test_a_damaged_archive(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(b"not gzip at all")
    with pytest.raises(DataError, match="can't be read"):
        check_is_text(location(path))
