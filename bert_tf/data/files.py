"""The source `files`: delimited text, JSON, Parquet and CoNLL, told apart by suffix; compressed text is unpacked."""

import lzma
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

import pyarrow as pa

from bert_tf.data.conll import read_conll
from bert_tf.data.delimited import read_delimited
from bert_tf.data.file_format import AS_FOUND, FileFormat
from bert_tf.data.json_array import read_json_array
from bert_tf.data.jsonl import check_is_lines, read_jsonl, read_jsonl_blocks
from bert_tf.data.layout import find_layout
from bert_tf.data.locations import Location, find_files
from bert_tf.data.parquet import read_parquet
from bert_tf.data.row_blocks import BlockItem, RowBlock, row_by_row
from bert_tf.data.rows import BadRow, Item, Remark, Row
from bert_tf.data.text_file import TextFile, check_format, look_into, text_lines
from bert_tf.errors import DataError

DELIMITERS = {".csv": ",", ".tsv": "\t"}
JSONL_SUFFIXES = (".jsonl", ".ndjson")
JSON_SUFFIXES = (*JSONL_SUFFIXES, ".json")  # whose rows may have keys of their own
PARQUET_SUFFIXES = (".parquet", ".pq")
CONLL_SUFFIXES = (".conll", ".conll2003", ".bio", ".iob", ".iob2")
_SUFFIXES = (*DELIMITERS, *JSON_SUFFIXES, *PARQUET_SUFFIXES, *CONLL_SUFFIXES)
_HAS_ROWS = "choose a file that has rows"  # what to do about one that has none
COMPRESSION = (".gz", ".bz2", ".xz", ".zst", ".lz4")
# What damaged or unusual files make the readers below raise.
UNREADABLE = (OSError, EOFError, lzma.LZMAError, UnicodeError, pa.ArrowException)


def read_files(pattern: str, *, wanted: Sequence[str], file_format: FileFormat = AS_FOUND) -> Iterator[Item]:
    """All rows of the files that match, file after file, sorted by path; memory doesn't grow with them.

    Args:
        pattern: A path, glob or URI.
        wanted: The columns that will be used; a format that can leave out the others does so.
        file_format: What is known of the files.

    Raises:
        DataError: No file matches, or one is empty, can't be read, or is of an unknown kind.
    """
    for location in find_files(pattern):
        yield from read_location(location, wanted=wanted, file_format=file_format)


def read_file_blocks(
    pattern: str, *, wanted: Sequence[str], file_format: FileFormat = AS_FOUND, whole_rows: bool = False
) -> Iterator[BlockItem]:
    """The same as `read_files`, in blocks where a format allows it.

    Args:
        pattern, wanted, file_format: As of `read_files`.
        whole_rows: Whether rows have other columns than `wanted`, too, as there they have.

    Raises: As of `read_files`.
    """
    for location in find_files(pattern):
        items = _read_file(location, wanted=wanted, file_format=file_format, whole_rows=whole_rows)
        yield from _whole(location, items)


def read_location(location: Location, *, wanted: Sequence[str], file_format: FileFormat = AS_FOUND) -> Iterator[Item]:
    """All rows of one file, as `read_files` reads them."""
    items = _read_file(location, wanted=wanted, file_format=file_format, whole_rows=True)
    return row_by_row(_whole(location, items))


def _whole(location: Location, items: Iterable[BlockItem]) -> Iterator[BlockItem]:
    """The items of a file, if it can be read and has rows; raises DataError as `read_files` does."""
    count = 0
    try:
        for item in items:
            count += len(item) if isinstance(item, RowBlock) else isinstance(item, Row | BadRow)
            yield item
    except UNREADABLE as error:
        raise unreadable(location.name, error) from error
    if not count:
        has_header = suffix_of(location.path) not in JSON_SUFFIXES + PARQUET_SUFFIXES
        what = f"{location.name} has no rows{' below its header' if has_header else ''}."
        raise DataError(what, where=location.name, hint=_HAS_ROWS)


def suffix_of(path: str) -> str:
    """The suffix that tells the kind of a file, in lower case, compression left out: `.csv` of `reviews.CSV.gz`."""
    suffixes = [suffix.lower() for suffix in PurePosixPath(path).suffixes]
    return next((suffix for suffix in reversed(suffixes) if suffix not in COMPRESSION), "")


def is_conll(path: str, file_format: FileFormat) -> bool:
    """Whether a file is read as sentences of words with tags."""
    return file_format.format == "conll" or (suffix_of(path) in CONLL_SUFFIXES and file_format.delimiter is None)


def is_parquet(path: str) -> bool:
    """Whether a file is read as Parquet, by its suffix."""
    return suffix_of(path) in PARQUET_SUFFIXES


def unreadable(name: str, error: Exception) -> DataError:
    """The sentence about a file that a library could not read."""
    reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
    return DataError(f"{name} can't be read: {reason}.", where=name)


def _read_file(
    location: Location, *, wanted: Sequence[str], file_format: FileFormat, whole_rows: bool
) -> Iterator[BlockItem]:
    if location.filesystem.get_file_info(location.path).size == 0:
        raise DataError(f"{location.name} is empty.", where=location.name, hint=_HAS_ROWS)
    suffix = suffix_of(location.path)
    if is_conll(location.path, file_format):
        yield from _read_sentences(location, file_format=file_format)
        return
    if (
        file_format.delimiter is None
        and suffix in JSONL_SUFFIXES + PARQUET_SUFFIXES
        and file_format.columns is not None
    ):
        raise DataError(
            f"data.columns is for CSV and TSV files, but this is a {suffix} file.",
            where=location.name,
            hint="remove data.columns",
        )
    if is_parquet(location.path):
        yield from read_parquet(location, wanted=wanted, file_format=file_format)
    elif suffix in JSON_SUFFIXES:
        yield from _read_lines(location, suffix=suffix, wanted=None if whole_rows else wanted, file_format=file_format)
    elif file_format.delimiter or suffix in DELIMITERS:
        yield from _read_fields(location, suffix=suffix, wanted=wanted, file_format=file_format)
    else:
        check_format(location, file_format)
        raise DataError(
            f"{location.name} has an unknown file type.",
            where=location.name,
            hint=f"use one of {', '.join(_SUFFIXES)}, or set data.delimiter, or data.format",
        )


def _read_lines(
    location: Location, *, suffix: str, wanted: Sequence[str] | None, file_format: FileFormat
) -> Iterator[BlockItem]:
    file = look_into(location, file_format)
    with text_lines(file, file_format=file_format) as lines:
        items: Iterator[BlockItem]
        if suffix == ".json" and file.beginning.lstrip().startswith("["):
            items = read_json_array(lines, name=location.name, max_row_bytes=file_format.max_row_bytes)
        else:
            check_is_lines(file.beginning, name=location.name, suffix=suffix)
            items = (
                read_jsonl(lines, name=location.name)
                if wanted is None
                else read_jsonl_blocks(lines, name=location.name, wanted=wanted)
            )
        yield from _with_remarks(items, file)


def _read_sentences(location: Location, *, file_format: FileFormat) -> Iterator[BlockItem]:
    file = look_into(location, file_format)
    with text_lines(file, file_format=file_format) as lines:
        items = read_conll(
            lines,
            name=location.name,
            beginning=file.beginning,
            columns=file_format.columns,
            max_row_bytes=file_format.max_row_bytes,
        )
        yield from _with_remarks(items, file)


def _read_fields(
    location: Location, *, suffix: str, wanted: Sequence[str], file_format: FileFormat
) -> Iterator[BlockItem]:
    file = look_into(location, file_format)
    expected = DELIMITERS.get(suffix, ",")
    layout = find_layout(file.beginning, name=location.name, expected=expected, file_format=file_format, wanted=wanted)
    with text_lines(file, file_format=file_format) as lines:
        items = read_delimited(
            lines,
            name=location.name,
            layout=layout,
            columns=file_format.columns,
            wanted=wanted,
            max_row_bytes=file_format.max_row_bytes,
        )
        yield from _with_remarks(items, file)


def _with_remarks(items: Iterator[BlockItem], file: TextFile) -> Iterator[BlockItem]:
    """The header, remarks on the file, and the rows."""
    yield next(items)
    yield from map(Remark, file.remarks)
    yield from items
