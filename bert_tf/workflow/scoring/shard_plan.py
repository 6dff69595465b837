"""What is asked for when files are scored into a folder, and what follows from it for each file."""

import base64
import dataclasses
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from pyarrow import fs

from bert_tf.data.files import COMPRESSION
from bert_tf.data.locations import Location
from bert_tf.export.task_serving import TaskServing
from bert_tf.workflow.scoring.blocks import Block, BlockReader
from bert_tf.workflow.scoring.columns import check_added, check_same_columns
from bert_tf.workflow.scoring.request import Request, out_format
from bert_tf.workflow.scoring.score_writers import added_columns, column_types


@dataclasses.dataclass(frozen=True)
class ShardPlan:
    """How inputs become files of a folder; the same for each process that works on it.

    Attributes:
        asked: Of which model, of which inputs, with which options: what makes two commands the same.
        kind: Format of the output.
        columns: Of each input.
        stems: What the names of its output files begin with, for each input.
        types: Of Parquet, the schema of the columns, serialized; else None.
    """

    asked: Mapping[str, Any]
    kind: str
    columns: Sequence[Sequence[str]]
    stems: Sequence[str]
    types: str | None

    @property
    def schema(self) -> pa.Schema | None:
        """Of the columns, of Parquet."""
        return None if self.types is None else pa.ipc.read_schema(pa.py_buffer(base64.b64decode(self.types)))

    def name(self, number: int, part: int) -> str:
        """Of the file of a part of an input, both counted from 0: `reviews-00000.csv`."""
        return f"{self.stems[number]}-{part:05d}.{self.kind}"


def asked_for(request: Request, locations: Sequence[Location], *, model: str) -> dict[str, Any]:
    """What makes two commands the same: JSON's values by `model`, `input` and `options`."""
    files = [_input(location) for location in locations]
    options = {
        "text": request.text,
        "text_pair": request.pair,
        "prefix": request.prefix,
        "format": out_format(request, locations),
        "raw_cells": request.raw,
        "shard_rows": request.shard_rows,
        "delimiter": request.delimiter,
        "encoding": request.encoding,
        "quote": request.quote,
        "skip_lines": request.skip_lines,
    }
    return {"model": model, "input": files, "options": options}


def make_plan(
    request: Request, locations: Sequence[Location], *, asked: Mapping[str, Any], serving: TaskServing
) -> ShardPlan:
    """Look into each file, before anything is computed.

    Raises:
        DataError: one can't be read, lacks a column, has one that the answers have, or, for tables, other columns than
            the first.
    """
    kind, added = out_format(request, locations), added_columns(serving, prefix=request.prefix).names
    reader = BlockReader(request, added=added, is_table=kind != "jsonl")
    columns = [reader.columns(location) for location in locations]
    for location, found in zip(locations, columns, strict=True):
        check_added(location.name, found, added=added)
        if kind != "jsonl":
            check_same_columns(location.name, found, columns[0])
    types = None
    if kind == "parquet":
        first = _first_block(reader, locations, columns)
        types = base64.b64encode(column_types(first, columns[0]).serialize().to_pybytes()).decode()
    return ShardPlan(asked, kind, columns, _stems(locations), types)


def _first_block(reader: BlockReader, locations: Sequence[Location], columns: Sequence[tuple[str, ...]]) -> Block:
    """The first one that has a row which can be scored; else an empty one."""
    for location, found in zip(locations, columns, strict=True):
        for part in reader.parts(location, found):
            for block in part.blocks:
                if block.texts:
                    return block
    return Block(locations[0].name, columns[0])


def _input(location: Location) -> dict[str, Any]:
    is_local = isinstance(location.filesystem, fs.LocalFileSystem)
    found = location.filesystem.get_file_info(location.path)
    path = os.path.abspath(location.path) if is_local else location.name
    return {"path": path, "bytes": found.size, "modified_ns": found.mtime_ns}


def _stems(locations: Sequence[Location]) -> list[str]:
    """Names of the files without their endings, each once; readers of folders leave out what begins with _ or a dot."""
    taken: dict[str, None] = {}
    for location in locations:
        name = pathlib.PurePath(location.path)
        if name.suffix.lower() in COMPRESSION:
            name = name.with_suffix("")
        stem = name.stem.lstrip("._") or "part"
        number, unique = 1, stem
        while unique in taken:
            number += 1
            unique = f"{stem}.{number}"
        taken[unique] = None
    return list(taken)
