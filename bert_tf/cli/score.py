"""`bert-tf score`."""

import contextlib
import dataclasses
import pathlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

import rich_click as click

from bert_tf.cli.exit_codes import exit_code
from bert_tf.cli.options import JSON, complete_run, take_newest
from bert_tf.cli.output import echo, progress_console, write_json
from bert_tf.quiet import quiet_start
from bert_tf.stage import Stage

if TYPE_CHECKING:
    from bert_tf.workflow.scoring.request import Scored

_FORMATS = ("csv", "tsv", "jsonl", "parquet")


@click.command()
@click.argument(
    "model",
    type=click.Path(path_type=pathlib.Path),
    metavar="MODEL|RUN",
    shell_complete=complete_run,
    callback=take_newest,
)
@click.option(
    "--in", "inputs", multiple=True, required=True, metavar="FILE…", help="Files, globs, or - for standard input."
)
@click.argument("more", nargs=-1, metavar="")
@click.option("--out", required=True, metavar="FILE", help="Gets the rows with the answers; - is standard output.")
@click.option("--text", default="text", metavar="COLUMN", help="Column of the text [text].")
@click.option("--text-pair", metavar="COLUMN", help="Column of the second text, for a model of pairs.")
@click.option("--format", "kind", type=click.Choice(_FORMATS), help="Of standard input and output, and of other names.")
@click.option("--prefix", default="", metavar="TEXT", help="Put before the names of the added columns.")
@click.option("--raw-cells", is_flag=True, help="Leave cells of CSV and TSV that look like formulas.")
@JSON
@click.pass_context
def score(
    context: click.Context,
    model: pathlib.Path,
    inputs: tuple[str, ...],
    more: tuple[str, ...],
    out: str,
    text: str,
    text_pair: str | None,
    kind: str | None,
    prefix: str,
    raw_cells: bool,
    as_json: bool,
) -> None:
    """Label every row of files with an exported MODEL or a RUN.

    CSV, TSV, JSON lines and Parquet in and out, by the names of the files. All columns are kept; label, score and
    probability_LABEL for each label are added. Rows that can't be scored are left out and told with their place, and
    the exit status is then 4.

    Example: bert-tf score runs/imdb --in new.csv --out scored.csv --text review
    Example: bert-tf score models/imdb --in "2026-*.jsonl" --out scored.parquet --text body
    Example: bert-tf score models/imdb --in - --out - --format jsonl --text body < new.jsonl
    """
    from bert_tf.environment import cache_folder
    from bert_tf.workflow.scoring.request import Request, find_inputs
    from bert_tf.workflow.source import find_source

    if as_json and out == "-":
        raise click.UsageError("--json and the rows can't both go to standard output; name a file with --out.")
    source = find_source(model)  # a wrong folder is told before TensorFlow's seconds of start-up
    with _named_files((*inputs, *more), kind) as files:
        request = Request(files, out, text, text_pair, prefix, kind, raw_cells)
        find_inputs(request)
        console = progress_console(as_json=True)
        with Stage(console, "starting TensorFlow") as stage:
            with quiet_start():
                from bert_tf.workflow.scoring.score_files import score_files
                from bert_tf.workflow.scoring.scorers import load_scorer
            stage.rename("loading the model")
            scorer = load_scorer(source, cache_folder=cache_folder())
        found = score_files(scorer, request, console=console)
    _tell(found, as_json=as_json)
    if found.refused:
        context.exit(exit_code("data"))


@contextlib.contextmanager
def _named_files(inputs: tuple[str, ...], kind: str | None) -> Iterator[tuple[str, ...]]:
    """The inputs, with what stands on standard input in a file: some formats are read from their end."""
    if "-" not in inputs:
        yield inputs
        return
    if kind is None:
        raise click.UsageError(f"Standard input has no name to tell its format: --format {'|'.join(_FORMATS)}")
    with tempfile.TemporaryDirectory(prefix="bert-tf-") as folder:
        spooled = pathlib.Path(folder) / f"standard-input.{kind}"
        with spooled.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield tuple(str(spooled) if name == "-" else name for name in inputs)


def _tell(found: "Scored", *, as_json: bool) -> None:
    if as_json:
        write_json(dataclasses.asdict(found))
        return
    to_errors = found.out == "-"
    counts = " · ".join(f"{name} {count:,}" for name, count in found.labels.items() if count)
    rate = f"{found.rows / max(found.seconds, 1e-9):,.0f} a second"
    echo(f"scored   {found.rows:,} rows, {rate}: {counts}", err=to_errors)
    if not to_errors:
        echo(f"out      {found.out}")
    for remark in found.remarks:
        echo(f"note     {remark}", err=to_errors)
    if found.defused:
        cells = "1 cell begins" if found.defused == 1 else f"{found.defused:,} cells begin"
        echo(
            f"note     {cells} like a formula and got an apostrophe; --raw-cells leaves them as they are", err=to_errors
        )
    if found.refused:
        refused = sum(found.refused.values())
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in found.refused.items())
        echo(f"{refused:,} {'row' if refused == 1 else 'rows'} could not be scored ({reasons}):", err=True)
        for line in found.refused_shown:
            echo(f"  - {line}", err=True)
        if refused > len(found.refused_shown):
            echo(f"  … and {refused - len(found.refused_shown):,} more", err=True)
