"""A file of text, opened: what it is compressed by, its encoding and its ends of lines, or a sentence about what it
is instead."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bert_tf.data.encodings import Foreign, Utf8Stream, foreign_encoding, foreign_error, marked_encoding
from bert_tf.data.file_format import FileFormat
from bert_tf.data.lines import BYTE_ORDER_MARK, NumberedLines
from bert_tf.data.locations import Location
from bert_tf.data.unpacking import compression_of, open_unpacked
from bert_tf.errors import DataError

_BEGINNING = 1 << 20
_FIRST_BYTES = 4096
_SMALL = 16 << 20  # bytes of a compressed file that is unpacked once before it is read
_MOST_ZEROS = 0.01  # share of a text's bytes
_UTF8 = ("utf-8", "utf8", "utf_8", "utf-8-sig")
_QUOTED = re.compile(r'"[^"]*"')
# First bytes of files that people take for tables of text, and what to do with them.
_FORMATS = {
    b"PK\x03\x04": ("a zip archive or an Excel workbook", "save the sheet as CSV in UTF-8, or unpack the archive"),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", "save the sheet as CSV in UTF-8"),
    b"PAR1": ("a Parquet file", "rename it to end in .parquet"),
    b"%PDF": ("a PDF", "export its table as CSV in UTF-8"),
    b"SQLite format 3": ("an SQLite database", "export a table as CSV: sqlite3 -csv -header FILE 'select …'"),
    b"7z\xbc\xaf'\x1c": ("a 7-Zip archive", "unpack it"),
    b"Rar!\x1a\x07": ("a RAR archive", "unpack it"),
    b"<!doctype html": ("a web page", "download the file itself; a page, such as one to sign in, was saved instead"),
    b"version https://git-lfs": ("a pointer of Git LFS", "get the file that it stands for: git lfs pull"),
}
_TAR_PLACE, _TAR = 257, b"ustar"


@dataclass(frozen=True)
class TextFile:
    """A file that was looked into.

    Attributes:
        location: The file.
        compression: What it is packed by; None for text as it is.
        encoding: Python's name; None for UTF-8.
        has_returns: Whether its lines end with a carriage return alone.
        beginning: The first MiB at most, without a byte order mark, cut at the last whole line.
        remarks: What its owner should know.
    """

    location: Location
    compression: str | None
    encoding: str | None
    has_returns: bool
    beginning: str
    remarks: tuple[str, ...]


def look_into(location: Location, file_format: FileFormat) -> TextFile:
    """Read the beginning of a delimited or JSON lines file.

    Raises:
        DataError: It is empty, binary, or in an encoding that neither a byte order mark nor the recipe tells; says
            what it probably is. OSError, pyarrow.ArrowException, lzma.LZMAError: it can't be read.
    """
    compression, content = _read_beginning(location, file_format)
    marked = marked_encoding(content)
    encoding = marked or (file_format.encoding or "").lower() or None
    foreign = _foreign(content) if encoding is None else None
    told = (encoding or (foreign.encoding if foreign else "utf-8")).replace("_", "-")
    if not told.startswith(("utf-16", "utf-32")):
        _check_is_no_binary(location.name, content)
    if foreign is not None:
        raise foreign_error(location.name, foreign)
    encoding = None if encoding in _UTF8 else encoding
    try:
        text = content.decode(encoding or "utf-8", errors="replace").removeprefix(BYTE_ORDER_MARK)
    except (LookupError, UnicodeError) as error:
        raise DataError(f"{location.name} can't be read as {encoding}: {error}.", where=location.name) from error
    has_returns = _has_returns(text)
    if has_returns:
        text = text.replace("\r", "\n")
    if len(content) == _BEGINNING:
        text = text[: text.rfind("\n") + 1] or text
    remarks = (f"it is read as {encoding}, as its byte order mark says",) if marked and encoding else ()
    return TextFile(location, compression, encoding, has_returns, text, remarks)


def check_format(location: Location, file_format: FileFormat) -> None:
    """Raise DataError where a file's first bytes are those of a format that no rows are read from; others as of
    `look_into`."""
    _read_beginning(location, file_format)


def foreign_encoding_of(location: Location, file_format: FileFormat) -> Foreign | None:
    """What a file looks like, if it is in another encoding than UTF-8 and has no byte order mark.

    Raises: As of `look_into`.
    """
    _, content = _read_beginning(location, file_format)
    return None if marked_encoding(content) else _foreign(content)


@contextmanager
def text_lines(file: TextFile, *, file_format: FileFormat) -> Iterator[NumberedLines]:
    """All lines of the file. Raises DataError when too much comes out of a compressed one, and as `look_into` does."""
    with open_unpacked(file.location, compression=file.compression, max_expansion=file_format.max_expansion) as stream:
        if file.encoding is not None or file.has_returns:
            encoded = Utf8Stream(stream, encoding=file.encoding or "utf-8", has_returns=file.has_returns)
            stream = io.BufferedReader(encoded, buffer_size=1 << 20)
        yield NumberedLines(stream, limit=file_format.max_row_bytes, encoding=file.encoding)


def _read_beginning(location: Location, file_format: FileFormat) -> tuple[str | None, bytes]:
    compression = compression_of(location)
    with open_unpacked(location, compression=compression, max_expansion=file_format.max_expansion) as stream:
        content = stream.read(_BEGINNING)
        # A trap is refused before a million of its rows are read; of large files this would take too long.
        if compression and (location.filesystem.get_file_info(location.path).size or 0) < _SMALL:
            while stream.read(_BEGINNING):
                pass
    if not content:
        raise DataError(f"{location.name} is empty.", where=location.name, hint="choose a file that has rows")
    _check_format(location.name, content, compression)
    return compression, content


def _check_format(name: str, content: bytes, compression: str | None) -> None:
    first = content[:_FIRST_BYTES].lower()
    for mark, (kind, advice) in _FORMATS.items():
        if first.startswith(mark.lower()):
            raise _not_text(name, kind, compression, advice)
    if content[_TAR_PLACE:].startswith(_TAR):
        raise _not_text(name, "a tar archive", compression, "unpack it")


def _not_text(name: str, kind: str, compression: str | None, advice: str) -> DataError:
    packed = f", compressed by {compression}" if compression else ""
    return DataError(f"{name} is {kind}{packed}, not a text file with rows.", where=name, hint=advice)


def _foreign(content: bytes) -> Foreign | None:
    is_whole = len(content) < _BEGINNING
    return foreign_encoding(content if is_whole else content[: content.rfind(b"\n") + 1])


def _check_is_no_binary(name: str, content: bytes) -> None:
    if b"\0" in content[:_FIRST_BYTES] or content.count(0) > _MOST_ZEROS * len(content):
        raise DataError(
            f"{name} is a binary file: its byte {content.index(0) + 1} is zero.",
            where=name,
            hint="choose a CSV, TSV, JSON Lines or Parquet file; the file extension selects the format",
        )


def _has_returns(text: str) -> bool:
    """Whether carriage returns end the lines, and line feeds stand in quoted fields at most."""
    if "\r" not in text or "\r\n" in text:
        return False
    return "\n" not in text or "\n" not in _QUOTED.sub("", text)
