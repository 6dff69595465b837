"""Files of text, whatever they are packed by and written in; and sentences about those that are none."""

import bz2
import gzip
import io
import lzma
import sqlite3
import tarfile

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import fs, parquet

from bert_tf.data.file_format import AS_FOUND, FileFormat
from bert_tf.data.locations import Location
from bert_tf.data.text_file import foreign_encoding_of, look_into, text_lines
from bert_tf.errors import DataError

SENTENCE = "Das Gerät läuft größtenteils schön und die Bedienung fällt überhaupt nicht schwer."
GERMAN = "text,label\n" + f"{SENTENCE},gut\n" * 20
PACKERS = {
    "gzip": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zstd": lambda content: pa.compress(content, codec="zstd", asbytes=True),
    "lz4": lambda content: _lz4(content),
}


def _lz4(content):
    sink = io.BytesIO()
    with pa.CompressedOutputStream(sink, "lz4") as stream:
        stream.write(content)
        stream.flush()
        stream.close()
        return sink.getvalue()


def location(path):
    return Location(fs.LocalFileSystem(), str(path), path.name)


def lines_of(path, file_format=AS_FOUND):
    file = look_into(location(path), file_format)
    with text_lines(file, file_format=file_format) as lines:
        return [line.text for line in lines]


@pytest.mark.parametrize("name", ["a.csv", "A.CSV.GZ"])
@pytest.mark.parametrize("packer", ["gzip", "bz2", "xz", "zstd"])
def test_compression_is_found_whatever_the_name(tmp_path, packer, name):
    path = tmp_path / name
    path.write_bytes(PACKERS[packer](GERMAN.encode()))
    assert look_into(location(path), AS_FOUND).compression == packer
    assert "".join(lines_of(path)) == GERMAN


@pytest.mark.parametrize("packer", ["gzip", "bz2", "xz"])
def test_one_archive_behind_another_is_read_to_its_end(tmp_path, packer):
    path = tmp_path / "a.csv"
    path.write_bytes(PACKERS[packer](GERMAN.encode()) * 2)
    assert "".join(lines_of(path)) == GERMAN * 2


def test_a_plain_file_with_the_name_of_an_archive(tmp_path):
    (tmp_path / "a.csv.gz").write_text(GERMAN, encoding="utf-8")
    assert "".join(lines_of(tmp_path / "a.csv.gz")) == GERMAN


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0\ufeff"), max_size=20), min_size=1),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([None, "gzip", "bz2", "xz", "zstd"]),
)
def test_every_line_in_every_wrapping(tmp_path_factory, lines, encoding, end, packer):
    path = tmp_path_factory.mktemp("a") / "a.csv"
    lines = ["text,label", *lines]
    content = "".join(line + end for line in lines).encode(encoding)
    path.write_bytes(PACKERS[packer](content) if packer else content)
    assert [line.rstrip("\r\n") for line in lines_of(path)] == lines


def test_line_feeds_in_quotes_where_carriage_returns_end_lines(tmp_path):
    (tmp_path / "a.csv").write_bytes(b'text,label\r"one\ntwo",a\rthree,b\r')
    assert look_into(location(tmp_path / "a.csv"), AS_FOUND).has_returns


def test_a_long_file_is_cut_at_a_line_and_not_in_a_character(tmp_path):
    path = tmp_path / "a.csv"
    line = "x" + "ä" * 700 + "\n"
    path.write_text(line * 2000, encoding="utf-8")
    # 1,402 bytes a line: the first MiB ends in the middle of an ä.
    assert look_into(location(path), AS_FOUND).beginning == line * ((1 << 20) // 1402)


def test_an_old_encoding_is_told_with_the_key_that_reads_it(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(GERMAN.encode("cp1252"))
    with pytest.raises(DataError, match=r'not UTF-8: byte 0xe4 in line 2(.|\n)*data\.encoding = "cp1252"'):
        look_into(location(path), AS_FOUND)
    assert foreign_encoding_of(location(path), AS_FOUND).encoding == "cp1252"
    assert "".join(lines_of(path, FileFormat(encoding="cp1252"))) == GERMAN


def test_a_byte_that_the_encoding_does_not_have_is_in_a_bad_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"text,label\na\x81,b\n\xe4,c\n")
    file_format = FileFormat(encoding="cp1252")
    with text_lines(look_into(location(path), file_format), file_format=file_format) as found:
        lines = list(found)
    assert lines[1].damage is not None
    assert "not cp1252: this line has the byte 0x81" in lines[1].damage.message
    assert lines[2].text == "ä,c\n"


def test_a_byte_order_mark_is_stronger_than_the_recipe_and_told(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(GERMAN.encode("utf-16"))
    assert "".join(lines_of(path, FileFormat(encoding="cp1252"))) == GERMAN
    assert "utf-16" in look_into(location(path), AS_FOUND).remarks[0]


def _database(path):
    connection = sqlite3.connect(path)
    connection.execute("create table a (b)")
    connection.commit()


def _tar(path):
    (path.parent / "b.csv").write_text(GERMAN)
    with tarfile.open(path, "w:gz") as archive:
        archive.add(path.parent / "b.csv")


@pytest.mark.parametrize(
    "write, told",
    [
        (lambda path: path.write_bytes(b"PK\x03\x04 and more"), "Excel workbook(.|\n)*save the sheet as CSV"),
        (_database, "SQLite database(.|\n)*sqlite3 -csv"),
        (lambda path: parquet.write_table(pa.table({"text": ["a"]}), path), r"a Parquet file(.|\n)*\.parquet"),
        (_tar, "tar archive, compressed by gzip(.|\n)*unpack it"),
        (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0"), "binary file(.|\n)*file extension selects"),
        (lambda path: path.write_bytes(b"<!DOCTYPE HTML>\n<p>Sign in"), "a web page(.|\n)*download the file itself"),
        (
            lambda path: path.write_bytes(b"version https://git-lfs.github.com/spec/v1\nsize 12\n"),
            "Git LFS(.|\n)*git lfs pull",
        ),
        (lambda path: path.write_bytes(gzip.compress(b"")), "is empty"),
    ],
)
def test_what_is_no_text_is_named(tmp_path, write, told):
    path = tmp_path / "a.csv"
    write(path)
    with pytest.raises(DataError, match=told):
        look_into(location(path), AS_FOUND)
