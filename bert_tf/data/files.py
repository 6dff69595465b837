"""The source `files`: delimited text, JSON lines and Parquet, told apart by suffix; compressed text is unpacked."""

import io
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

import pyarrow as pa

from bert_tf.data.delimited import read_delimited
from bert_tf.data.jsonl import read_jsonl
from bert_tf.data.locations import Location, find_files
from bert_tf.data.parquet import read_parquet
from bert_tf.data.rows import Header, Item
from bert_tf.errors import DataError

DELIMITERS = {".csv": ",", ".tsv": "\t"}
JSONL_SUFFIXES = (".jsonl", ".ndjson")
PARQUET_SUFFIXES = (".parquet", ".pq")
COMPRESSION = (".gz", ".bz2", ".zst", ".lz4")


def read_files(
    pattern: str, *, wanted: Sequence[str], columns: Sequence[str] | None = None, delimiter: str | None = None
) -> Iterator[Item]:
    """All rows of the files that match, file after file, sorted by path; memory doesn't grow with them.

    Args:
        pattern: A path, glob or URI.
        wanted: The columns that will be used; a format that can leave out the others does so.
        columns: Names for the columns of delimited files without a header.
        delimiter: Character between fields, for delimited files whose suffix doesn't tell it.

    Raises:
        DataError: No file matches, or one is empty, can't be read, or is of an unknown kind.
    """
    for location in find_files(pattern):
        count = 0
        try:
            for item in _read_file(location, wanted=wanted, columns=columns, delimiter=delimiter):
                count += not isinstance(item, Header)
                yield item
        except (OSError, EOFError, pa.ArrowInvalid) as error:
            reason = str(error).splitlines()[0].rstrip(".")
            raise DataError(f"{location.name} can't be read: {reason}.", where=location.name) from error
        if not count:
            raise DataError(f"{location.name} has no row below its header.", where=location.name)


def suffix_of(path: str) -> str:
    """The suffix that tells the kind of a file, in lower case, compression left out: `.csv` of `reviews.CSV.gz`."""
    suffixes = [suffix.lower() for suffix in PurePosixPath(path).suffixes]
    return next((suffix for suffix in reversed(suffixes) if suffix not in COMPRESSION), "")


def _read_file(
    location: Location, *, wanted: Sequence[str], columns: Sequence[str] | None, delimiter: str | None
) -> Iterator[Item]:
    if location.filesystem.get_file_info(location.path).size == 0:
        raise DataError(f"{location.name} is empty.", where=location.name, hint="name a file that has rows")
    suffix = suffix_of(location.path)
    if delimiter is None and suffix in JSONL_SUFFIXES + PARQUET_SUFFIXES and columns is not None:
        raise DataError(
            f"data.columns names the columns of CSV and TSV files, but this is a {suffix} file.",
            where=location.name,
            hint="leave data.columns out",
        )
    if suffix in PARQUET_SUFFIXES:
        with location.filesystem.open_input_file(location.path) as file:
            yield from read_parquet(file, name=location.name, wanted=wanted)
        return
    with location.filesystem.open_input_stream(location.path, compression="detect") as stream:
        lines = io.BufferedReader(stream, buffer_size=1 << 20)
        if suffix in JSONL_SUFFIXES:
            yield from read_jsonl(lines, name=location.name)
        elif delimiter or suffix in DELIMITERS:
            separator = delimiter or DELIMITERS[suffix]
            yield from read_delimited(lines, name=location.name, delimiter=separator, columns=columns)
        else:
            raise DataError(
                f"{location.name} is of an unknown kind.",
                where=location.name,
                hint=f"one of {', '.join((*DELIMITERS, *JSONL_SUFFIXES, *PARQUET_SUFFIXES))}, or set data.delimiter",
            )
