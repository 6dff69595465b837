"""Files as bytes: compression is known by the first bytes, whatever the name, and what comes out of it is bounded."""

import io
import lzma
import re
from typing import Any, Protocol

import pyarrow as pa

from bert_tf.data.locations import Location
from bert_tf.errors import DataError

ALWAYS_ALLOWED = 64 << 20  # bytes
BYTES_OF_A_ROW = 24  # what is kept of a row beside its text: hashes, label, weight, places in arrays
_XZ_MEMORY = 256 << 20  # bytes; `xz -9` needs 65 MiB
_PART = 1 << 16
_MAGIC = {
    "gzip": re.compile(rb"\x1f\x8b\x08"),
    "bz2": re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"),
    "xz": re.compile(rb"\xfd7zXZ\x00"),
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd"),
    "lz4": re.compile(rb"\x04\x22\x4d\x18"),
}


class _Readable(Protocol):
    def readinto(self, buffer: Any, /) -> int: ...


class Expansion:
    """Counts what a packed file comes to, and refuses more than its size allows.

    Args:
        name: What the file is called.
        packed: Its size in bytes.
        most: How many times that size it may come to; 64 MiB are always allowed.
    """

    def __init__(self, name: str, *, packed: int, most: int) -> None:
        self._name, self._packed, self._most = name, packed, most
        self._limit = max(ALWAYS_ALLOWED, packed * most)
        self._count = 0

    def add(self, size: int, *, rows: int = 0) -> None:
        """Count bytes and rows more. Raises DataError past the limit."""
        self._count += size + rows * BYTES_OF_A_ROW
        self.check(self._count)

    def allows(self, size: int) -> bool:
        """Whether so many bytes are within the limit."""
        return size <= self._limit

    def check(self, size: int) -> None:
        """Raise DataError for so many bytes, if they are past the limit."""
        if not self.allows(size):
            raise DataError(
                f"{self._name} unpacks to more than {self._limit >> 20:,} MiB, from {self._packed:,} bytes.",
                where=self._name,
                hint=f"if you trust the file, raise data.max_expansion (now {self._most})",
            )


def compression_of(location: Location) -> str | None:
    """gzip, bz2, xz, zstd or lz4 by the file's first bytes; None for a file that is as it is."""
    with location.filesystem.open_input_stream(location.path, compression=None) as stream:
        beginning = stream.read(16)
    return next((name for name, magic in _MAGIC.items() if magic.match(beginning)), None)


def open_unpacked(location: Location, *, compression: str | None, max_expansion: int) -> io.BufferedReader:
    """The file's content as a stream.

    Args:
        location: The file.
        compression: As of `compression_of`.
        max_expansion: How many times its size it may come to.

    Raises:
        DataError, while it is read: more comes out than is allowed. OSError, lzma.LZMAError: it is damaged.
    """
    stream = location.filesystem.open_input_stream(location.path, compression=None)
    if compression is None:
        return io.BufferedReader(_Stream(stream, None), buffer_size=1 << 20)
    packed = location.filesystem.get_file_info(location.path).size or 0
    unpacked = _Xz(stream) if compression == "xz" else pa.CompressedInputStream(stream, compression)
    expansion = Expansion(location.name, packed=packed, most=max_expansion)
    return io.BufferedReader(_Stream(unpacked, expansion), buffer_size=1 << 20)


class _Stream(io.RawIOBase):
    """A readable as Python's kind of stream, counted."""

    def __init__(self, inner: _Readable, expansion: Expansion | None) -> None:
        self._inner, self._expansion = inner, expansion

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        # Not read(): where that fails, pyarrow never gives back the room that it has made for the bytes.
        count = self._inner.readinto(buffer)
        if self._expansion is not None:
            self._expansion.add(count, rows=bytes(buffer[:count]).count(b"\n"))
        return count


class _Xz:
    """xz, stream after stream, with a bound on the dictionary that its header asks for; Python's own has none."""

    def __init__(self, inner: pa.NativeFile) -> None:
        self._inner = inner
        self._decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
        self._waiting = b""

    def readinto(self, buffer: Any) -> int:
        """At least one byte, unless it ends here. Raises lzma.LZMAError, EOFError."""
        while True:
            if self._decoder.eof and not self._begin_stream():
                return 0
            packed = b""
            if self._decoder.needs_input:
                packed, self._waiting = self._waiting or self._inner.read(_PART), b""
                if not packed:
                    raise EOFError("the compressed file ends too early")
            content = self._decoder.decompress(packed, max_length=len(buffer))
            if content:
                buffer[: len(content)] = content
                return len(content)

    def _begin_stream(self) -> bool:
        """Whether another stream follows the one that has ended; zeros may stand between them."""
        rest = self._decoder.unused_data.lstrip(b"\0")
        while not rest:
            part = self._inner.read(_PART)
            if not part:
                return False
            rest = part.lstrip(b"\0")
        self._decoder, self._waiting = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY), rest
        return True
