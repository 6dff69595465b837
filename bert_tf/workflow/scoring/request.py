"""What is to be scored, and what came of it. Nothing here needs TensorFlow."""

import dataclasses
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from pyarrow import fs

from bert_tf.data.file_format import FileFormat, Quote
from bert_tf.data.files import suffix_of
from bert_tf.data.locations import Location, find_files
from bert_tf.errors import DataError

STANDARD = "-"  # standard output
SHARD_ROWS = 100_000  # as the help of `bert-tf score` says
FORMATS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet"}


@dataclasses.dataclass(frozen=True)
class Request:
    """What is to be scored, and where the answers go.

    Attributes:
        inputs: Paths, globs and URIs.
        out: A path, or `-` for standard output. A folder, which is there or ends with a slash, gets a file for each
            part of an input file.
        text, pair: Columns of the texts; no pair for a model of single texts.
        prefix: Put before the names of the added columns.
        out_format: Of an output whose name doesn't tell.
        raw: Whether CSV and TSV keep texts that a spreadsheet would compute.
        shard_rows: Rows of an input file, 1 or more, whose answers go to one file of a folder.
        workers: Processes, 1 or more, that fill a folder.
        standard_input: The path among `inputs` that holds what came in on standard input, which messages call so.
        delimiter, encoding, quote, skip_lines: Of all inputs, as of `FileFormat`.

    Raises:
        DataError: `shard_rows` or `workers` is below 1.
    """

    inputs: Sequence[str]
    out: str
    text: str
    pair: str | None = None
    prefix: str = ""
    out_format: str | None = None
    raw: bool = False
    shard_rows: int = SHARD_ROWS
    workers: int = 1
    standard_input: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    quote: Quote = "auto"
    skip_lines: int | None = None

    def __post_init__(self) -> None:
        for name, count in (("shard_rows", self.shard_rows), ("workers", self.workers)):
            if count < 1:
                raise DataError(f"{name} is {count}.", where=name, hint="give 1 or more")

    @property
    def file_format(self) -> FileFormat:
        """Of all inputs."""
        return FileFormat(
            delimiter=self.delimiter, encoding=self.encoding, quote=self.quote, skip_lines=self.skip_lines
        )

    @property
    def to_folder(self) -> bool:
        """Whether the answers go to the files of a folder."""
        return self.out.endswith(os.sep) or os.path.isdir(self.out)


@dataclasses.dataclass(frozen=True)
class Scored:
    """The result of scoring files.

    Attributes:
        out: The output file, or the folder of the output files.
        rows: Number of scored rows.
        seconds: From the first row read to the last one written.
        summary: What the answers come to, by name; of `classify` `labels`: the number of rows by predicted label.
        summary_text: The same in a few words.
        refused: Number of rows that could not be scored, by reason.
        refused_shown: The first of these rows, with place and reason.
        defused: Number of CSV or TSV cells that were prefixed with an apostrophe.
        remarks: How the files were read, where their owner should know.
        files: Number of output files.
        kept_files, kept_rows: Number of those that earlier commands had written, and of the rows in them.
    """

    out: str
    rows: int
    seconds: float
    summary: Mapping[str, Any]
    summary_text: str
    refused: dict[str, int]
    refused_shown: tuple[str, ...]
    defused: int
    remarks: tuple[str, ...]
    files: int = 1
    kept_files: int = 0
    kept_rows: int = 0


def find_inputs(request: Request) -> list[Location]:
    """The files to be read, in the order that they are named.

    Raises:
        DataError: one is missing, would be overwritten or is in the folder of the output, or the format of the output
            isn't known.
    """
    found = [
        location._replace(name="standard input") if pattern == request.standard_input else location
        for pattern in request.inputs
        for location in find_files(pattern)
    ]
    if "://" in request.out:
        raise DataError(
            f"Output can't be written to {request.out}: it goes to local files and folders only.",
            where=request.out,
            hint="write to a local file or folder, and copy it there",
        )
    out_format(request, found)
    _check_apart(request, found)
    return found


def _check_apart(request: Request, found: Sequence[Location]) -> None:
    """Raises DataError where an input is the output, or in its folder: a pattern matches what was written before."""
    for location in found:
        if not isinstance(location.filesystem, fs.LocalFileSystem):
            continue
        if request.to_folder and pathlib.Path(request.out).resolve() in pathlib.Path(location.path).resolve().parents:
            raise DataError(
                f"{location.name} is in the folder that the results go to.",
                where=request.out,
                hint="choose another folder for --out, or inputs outside of it",
            )
        if os.path.isfile(request.out) and os.path.samefile(location.path, request.out):
            raise DataError(
                f"{request.out} is an input; it can't be the output too.",
                where=request.out,
                hint="choose another --out",
            )


def out_format(request: Request, locations: Sequence[Location]) -> str:
    """The format of the output: by its name, `out_format`, or, of a folder, that of the first input.

    Raises:
        DataError: nothing tells it.
    """
    if request.to_folder:
        path, name = request.out, suffix_of(locations[0].path)
        found = request.out_format or FORMATS.get(name)
    else:
        path, name = request.out, pathlib.PurePath(request.out).suffix.lower()
        found = FORMATS.get(name, request.out_format)
    if found is None:
        raise DataError(
            f"The format of {path!r} is not known.",
            where=path,
            hint=f"use a name that ends in one of {', '.join(FORMATS)}, or in / for a folder, or set --format",
        )
    return found
