"""The Python interface: score files. TensorFlow is imported by the process that computes."""

import os
import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from bert_tf.data.file_format import Quote
from bert_tf.environment import cache_folder
from bert_tf.terminal import display_console
from bert_tf.workflow.scoring.request import SHARD_ROWS, Request, Scored
from bert_tf.workflow.scoring.score_request import score_request
from bert_tf.workflow.source import find_source

if TYPE_CHECKING:
    from bert_tf.workflow.scoring.scorers import Scorer

Folder = str | os.PathLike[str]


def score(
    model: Folder,
    inputs: Folder | Sequence[Folder],
    out: Folder,
    *,
    text: str = "text",
    text_pair: str | None = None,
    prefix: str = "",
    raw_cells: bool = False,
    shard_rows: int = SHARD_ROWS,
    workers: int = 1,
    delimiter: str | None = None,
    encoding: str | None = None,
    quote: Quote = "auto",
    skip_lines: int | None = None,
    console: Console | None = None,
) -> Scored:
    """Predict for every row of files: all columns are kept, and those of the answer are added.

    Of `classify` these are label, score and the probability of each label.

    Args:
        model: The folder of a run or of an exported model.
        inputs: CSV, TSV, JSON Lines or Parquet files; paths, globs or URIs such as `s3://bucket/*.csv`.
        out: Output file; its extension selects the format. A folder that exists, or a string that ends with a slash,
            gets a file for each `shard_rows` rows of an input; the same call goes on if it was stopped.
        text: Text column.
        text_pair: Column of the second text, for a model trained on pairs.
        prefix: Prefix for the names of added columns.
        raw_cells: Whether to leave CSV and TSV cells that look like formulas unchanged instead of prefixing them with
            an apostrophe.
        shard_rows: Input rows for each file of a folder.
        workers: Processes that fill a folder. Each loads the model and takes its share of the cores.
        delimiter: Character between the fields of delimited inputs, such as `;`; that of the extension if not given.
        encoding: Encoding of the inputs, such as `cp1252`; UTF-8, or what a byte order mark tells, if not given.
        quote: Quote character of delimited inputs; `none` for quotes that are ordinary characters, `auto` for what each
            file shows.
        skip_lines: Lines above the header of delimited inputs; those that can't be a header if not given.
        console: As for `bert_tf.train`.

    Raises:
        DataError: a file or a column is missing, names collide, or no row can be scored. Single rows that can't be
            scored are left out and reported in the result.
        RunError: the folder is neither a run nor an exported model.

    Examples:
        >>> bert_tf.score("models/bbc-news", "new.csv", "scored.csv", text="body").rows
        2
    """
    source, folder = find_source(pathlib.Path(model)), cache_folder()
    files = [inputs] if isinstance(inputs, str | os.PathLike) else inputs
    request = Request(
        [os.fspath(file) for file in files],
        os.fspath(out),
        text,
        text_pair,
        prefix,
        raw=raw_cells,
        shard_rows=shard_rows,
        workers=workers,
        delimiter=delimiter,
        encoding=encoding,
        quote=quote,
        skip_lines=skip_lines,
    )

    def load() -> "Scorer":
        from bert_tf.workflow.scoring.scorers import load_scorer

        return load_scorer(source, cache_folder=folder)

    return score_request(source, request, load=load, console=console or display_console())
