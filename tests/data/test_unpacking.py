"""What comes out of a compressed file is bounded by its size, and by a key."""

import gzip
import lzma
import tracemalloc

import pytest
from pyarrow import fs

from bert_tf.data.locations import Location
from bert_tf.data.unpacking import ALWAYS_ALLOWED, BYTES_OF_A_ROW, Expansion, compression_of, open_unpacked
from bert_tf.errors import DataError


def location(path):
    return Location(fs.LocalFileSystem(), str(path), path.name)


def unpacked(path, most):
    place = location(path)
    with open_unpacked(place, compression=compression_of(place), max_expansion=most) as stream:
        return sum(len(part) for part in iter(lambda: stream.read(1 << 20), b""))


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_a_bomb_is_refused_and_the_key_opens_it(tmp_path, pack):
    size = ALWAYS_ALLOWED + (8 << 20)
    (tmp_path / "a.csv").write_bytes(pack(b"x" * size))
    with pytest.raises(DataError, match=r"a\.csv unpacks to more than 64 MiB(.|\n)*data\.max_expansion \(now 20\)"):
        unpacked(tmp_path / "a.csv", 20)
    assert unpacked(tmp_path / "a.csv", 100_000) == size


def test_rows_count_too():
    expansion = Expansion("a.csv", packed=10, most=20)
    expansion.add(0, rows=ALWAYS_ALLOWED // BYTES_OF_A_ROW)
    with pytest.raises(DataError):
        expansion.add(0, rows=2)


def test_a_dictionary_that_a_header_asks_for_is_bounded(tmp_path):
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}]
    compressor = lzma.LZMACompressor(lzma.FORMAT_XZ, filters=[{**filters[0], "preset": 0, "mf": lzma.MF_HC3}])
    (tmp_path / "a.csv").write_bytes(compressor.compress(b"text,label\n") + compressor.flush())
    with pytest.raises(lzma.LZMAError, match="[Mm]emory"):
        unpacked(tmp_path / "a.csv", 20)


def test_a_file_that_ends_too_early(tmp_path):
    (tmp_path / "a.csv").write_bytes(lzma.compress(bytes(range(256)) * 900)[:-40])
    with pytest.raises((EOFError, lzma.LZMAError)):
        unpacked(tmp_path / "a.csv", 20)


def test_a_file_that_cannot_be_read_leaves_nothing_in_memory(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"text,label\n" * 1000)[:-20])
    location = Location(fs.LocalFileSystem(), str(path), "a.csv.gz")

    def read():
        with (
            pytest.raises((OSError, EOFError)),
            open_unpacked(location, compression=compression_of(location), max_expansion=20) as stream,
        ):
            stream.read()

    read()
    tracemalloc.start()
    try:
        for _ in range(10):
            read()
        assert tracemalloc.get_traced_memory()[0] < 1 << 20
    finally:
        tracemalloc.stop()
