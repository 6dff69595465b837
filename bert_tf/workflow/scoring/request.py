"""What is to be scored, and what came of it. Nothing here needs TensorFlow."""

import dataclasses
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from bert_tf.data.locations import Location, find_files
from bert_tf.errors import DataError

STANDARD = "-"  # standard output
FORMATS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet"}


@dataclasses.dataclass(frozen=True)
class Request:
    """What is to be scored, and where the answers go.

    Attributes:
        inputs: Paths and globs.
        out: A path, or `-` for standard output.
        text, pair: Columns of the texts; no pair for a model of single texts.
        prefix: Put before the names of the added columns.
        out_format: Of an output whose name doesn't tell.
        raw: Whether CSV and TSV keep texts that a spreadsheet would compute.
    """

    inputs: Sequence[str]
    out: str
    text: str
    pair: str | None = None
    prefix: str = ""
    out_format: str | None = None
    raw: bool = False


@dataclasses.dataclass(frozen=True)
class Scored:
    """The result of scoring files.

    Attributes:
        out: The output file.
        rows: Number of scored rows.
        seconds: From the first row read to the last one written.
        summary: What the answers come to, by name; of `classify` `labels`: the number of rows by predicted label.
        summary_text: The same in a few words.
        refused: Number of rows that could not be scored, by reason.
        refused_shown: The first of these rows, with place and reason.
        defused: Number of CSV or TSV cells that were prefixed with an apostrophe.
        remarks: How the files were read, where their owner should know.
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


def find_inputs(request: Request) -> list[Location]:
    """The files to be read, in the order that they are named.

    Raises:
        DataError: one is missing or would be overwritten, or the format of the output isn't known.
    """
    format_of(request.out, default=request.out_format)
    found = [
        location if "://" not in pattern else location._replace(name=pattern)
        for pattern in request.inputs
        for location in find_files(pattern)
    ]
    if request.out != STANDARD and os.path.exists(request.out):
        for location in found:
            if os.path.exists(location.path) and os.path.samefile(location.path, request.out):
                raise DataError(
                    f"{request.out} is an input; it can't be the output too.",
                    where=request.out,
                    hint="choose another --out",
                )
    return found


def format_of(path: str, *, default: str | None) -> str:
    """The format that a suffix names, or the default; raises DataError without either."""
    found = FORMATS.get(pathlib.PurePath(path).suffix.lower(), default)
    if found is None:
        raise DataError(
            f"The format of {path!r} is not known.",
            where=path,
            hint=f"use a name that ends in one of {', '.join(FORMATS)}, or set --format",
        )
    return found
