"""Whether a file is text in UTF-8, told from its beginning before anything is made of it."""

import codecs
import io
import shlex

import pyarrow as pa

from bert_tf.data.locations import Location
from bert_tf.errors import DataError

_BEGINNING = 1 << 20
_OLD_ENCODINGS = ("cp1252", "cp1250", "cp1251", "gb18030", "big5", "shift_jis", "euc_kr")
_BYTE_ORDER_MARKS = {b"\xff\xfe\0\0": "UTF-32", b"\0\0\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
# First bytes of files that people take for tables of text, and what to do with them.
_FORMATS = {
    b"PK\x03\x04": ("a zip archive or an Excel workbook", "save the sheet as CSV in UTF-8, or unpack the archive"),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", "save the sheet as CSV in UTF-8"),
    b"%PDF": ("a PDF", "export its table as CSV in UTF-8"),
    b"SQLite format 3": ("an SQLite database", "export a table as CSV: sqlite3 -csv -header FILE 'select …'"),
}


def check_is_text(file: Location) -> str:
    """Read the beginning of a delimited or JSON lines file, unpacked if its name says that it is compressed.

    Returns:
        The first MiB at most, without a byte order mark, cut at the last whole line.

    Raises:
        DataError: The file is empty, can't be read, is binary, or is not UTF-8; names what it probably is.
    """
    try:
        if file.filesystem.get_file_info(file.path).size == 0:
            raise DataError(f"{file.name} is empty.", where=file.name, hint="name a file that has rows")
        with file.filesystem.open_input_stream(file.path, compression="detect") as stream:
            content = io.BufferedReader(stream).read(_BEGINNING)
    except (OSError, EOFError, pa.ArrowInvalid) as error:
        raise DataError(f"{file.name} can't be read: {str(error).splitlines()[0]}.", where=file.name) from error
    _check_format(file.name, content)
    is_whole = len(content) < _BEGINNING
    try:
        # What is read may end in the middle of a character.
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(content, final=is_whole)
    except UnicodeDecodeError as error:
        raise _not_utf8(file.name, error) from None
    return text if is_whole else text[: text.rfind("\n") + 1] or text


def _check_format(name: str, content: bytes) -> None:
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            raise DataError(f"{name} is {encoding}, not UTF-8.", where=name, hint=_convert(name, encoding))
    for mark, (kind, advice) in _FORMATS.items():
        if content.startswith(mark):
            raise DataError(f"{name} is {kind}, not a table of text.", where=name, hint=advice)
    if b"\0" in content:
        raise DataError(
            f"{name} is a binary file: its byte {content.index(0) + 1} is zero.",
            where=name,
            hint="name a CSV, TSV, JSON lines or Parquet file; its suffix tells which it is",
        )


def _not_utf8(name: str, error: UnicodeDecodeError) -> DataError:
    from charset_normalizer import from_bytes

    content = error.object
    line = content.count(b"\n", 0, error.start) + 1
    best = from_bytes(content, cp_isolation=list(_OLD_ENCODINGS)).best()
    # Several may give the same text; the first of the list is the commonest.
    guessed = next((name for name in _OLD_ENCODINGS if best and name in best.could_be_from_charset), _OLD_ENCODINGS[0])
    return DataError(
        f"{name} is not UTF-8: byte 0x{content[error.start]:02x} in line {line}. It looks like {guessed}.",
        where=f"{name}:{line}",
        hint=_convert(name, guessed),
    )


def _convert(name: str, encoding: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    target = f"{stem}-utf8.{suffix}" if dot and stem else f"{name}-utf8"
    source = encoding.upper().replace("_", "-")
    return f"iconv -f {source} -t UTF-8 {shlex.quote(name)} > {shlex.quote(target)}"
