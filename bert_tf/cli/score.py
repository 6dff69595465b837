"""`bert-tf score`."""

import contextlib
import dataclasses
import pathlib
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import rich_click as click

from bert_tf.cli.exit_codes import exit_code
from bert_tf.cli.options import (
    DELIMITER,
    ENCODING,
    JSON,
    MODEL_OR_RUN,
    QUOTE,
    RUNNER,
    RUNNER_OPTION,
    SKIP_LINES,
    check_runner_options,
)
from bert_tf.cli.output import echo, progress_console, write_json
from bert_tf.plurals import counted
from bert_tf.quiet import quiet_start
from bert_tf.stage import Stage

if TYPE_CHECKING:
    from bert_tf.terminal import TerminalConsole
    from bert_tf.workflow.scoring.request import Request, Scored
    from bert_tf.workflow.scoring.score_folder import Elsewhere
    from bert_tf.workflow.scoring.scorers import Scorer
    from bert_tf.workflow.source import Source

_FORMATS = ("csv", "tsv", "jsonl", "parquet")


@click.command()
@MODEL_OR_RUN
@click.option(
    "--in",
    "inputs",
    multiple=True,
    required=True,
    metavar="FILE…",
    help="Input files, globs in quotes, URIs such as s3://bucket/*.csv, or - for standard input.",
)
@click.argument("more", nargs=-1, metavar="")
@click.option(
    "--out",
    required=True,
    metavar="FILE|FOLDER/",
    help="Output file; - for standard output. A folder, with a slash at its end, gets a file for every --shard-rows "
    "rows of an input; after an interruption, the same command goes on.",
)
@click.option("--text", default="text", metavar="COLUMN", help="Text column [text].")
@click.option("--text-pair", metavar="COLUMN", help="Column of the second text, for models trained on pairs.")
@click.option("--format", "kind", type=click.Choice(_FORMATS), help="Format, if the file name doesn't have one.")
@DELIMITER
@ENCODING
@QUOTE
@SKIP_LINES
@click.option("--prefix", default="", metavar="TEXT", help="Prefix for the names of added columns.")
@click.option("--raw-cells", is_flag=True, help="Leave CSV and TSV cells that look like formulas unchanged.")
@click.option(
    "--shard-rows",
    type=click.IntRange(min=1),
    metavar="N",
    help="Input rows per output file, if --out is a folder [100,000].",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="Number of processes, if --out is a folder [1]. Each loads the model and uses its share of the cores. With "
    "--runner, how many of the pipeline's workers share an input.",
)
@RUNNER
@RUNNER_OPTION
@JSON
@click.pass_context
def score(
    context: click.Context,
    model: pathlib.Path,
    inputs: tuple[str, ...],
    more: tuple[str, ...],
    runner: str | None,
    runner_options: tuple[str, ...],
    as_json: bool,
    **options: Any,
) -> None:
    """Predict for every row of files, with an exported MODEL or a RUN.

    Reads and writes CSV, TSV, JSON Lines and Parquet; the file name selects the format. All columns are kept, and
    those of the answer are added: for labels label, score and a probability_LABEL per label. Rows that can't be scored
    are left out and reported with file and line; the exit status is then 4.

    Example: bert-tf score runs/imdb --in new.csv --out scored.csv --text review
    Example: bert-tf score models/imdb --in umsatz.csv --delimiter ";" --encoding cp1252 --out scored.csv
    Example: bert-tf score models/imdb --in "2026-*.jsonl" --out scored.parquet --text body
    Example: bert-tf score models/imdb --in "new/*.csv.gz" --out scored/ --text body --workers 4
    Example: bert-tf score models/imdb --in "gs://mine/new/*.csv" --out scored/ --text body --runner DataflowRunner …
    Example: bert-tf score models/imdb --in - --out - --format jsonl --text body < new.jsonl
    """
    from bert_tf.workflow.scoring.score_request import score_request
    from bert_tf.workflow.source import find_source

    if as_json and options["out"] == "-":
        raise click.UsageError(
            "--json and the rows can't both go to standard output; write the rows to a file with --out."
        )
    check_runner_options(runner, runner_options)
    source = find_source(model)  # a wrong folder is told before TensorFlow's seconds of start-up
    with _named_files((*inputs, *more), options["kind"]) as (files, spooled):
        request = _request(files, spooled, options)
        _check_folder_options(request, shard_rows=options["shard_rows"], runner=runner, inputs=(*inputs, *more))
        console = progress_console(as_json=True)
        elsewhere = None if runner is None else _pipeline(source, request, runner, runner_options)
        found = score_request(
            source, request, load=lambda: _scorer(source, console), console=console, elsewhere=elsewhere
        )
    _tell(found, as_json=as_json)
    if found.refused:
        context.exit(exit_code("data"))


def _request(files: Sequence[str], spooled: str | None, options: dict[str, Any]) -> "Request":
    from bert_tf.workflow.scoring.request import Request

    names = ("out", "text", "prefix", "workers", "delimiter", "encoding", "quote", "skip_lines")
    return Request(
        files,
        pair=options["text_pair"],
        out_format=options["kind"],
        raw=options["raw_cells"],
        standard_input=spooled,
        **{name: options[name] for name in names},
        **({} if options["shard_rows"] is None else {"shard_rows": options["shard_rows"]}),
    )


def _check_folder_options(
    request: "Request", *, shard_rows: int | None, runner: str | None, inputs: Sequence[str]
) -> None:
    if request.to_folder and "-" in inputs:
        raise click.UsageError(
            "Standard input can't be scored into a folder, because it can't be read again; write it to a file first."
        )
    if not request.to_folder and (shard_rows is not None or request.workers > 1 or runner is not None):
        folder = f"{request.out.rpartition('.')[0] or 'scored'}/"
        raise click.UsageError(f"--shard-rows, --workers and --runner need a folder as output: --out {folder}")


def _pipeline(source: "Source", request: "Request", runner: str, options: Sequence[str]) -> "Elsewhere":
    from bert_tf.pipelines.beam_runner import BeamRunner
    from bert_tf.pipelines.scoring_pipeline import ScoringPipeline

    return ScoringPipeline(source, request, runner=BeamRunner(runner, options))


def _scorer(source: "Source", console: "TerminalConsole") -> "Scorer":
    from bert_tf.environment import cache_folder

    with Stage(console, "starting TensorFlow") as stage:
        with quiet_start():
            from bert_tf.workflow.scoring.scorers import load_scorer
        stage.rename("loading the model")
        return load_scorer(source, cache_folder=cache_folder())


@contextlib.contextmanager
def _named_files(inputs: tuple[str, ...], kind: str | None) -> Iterator[tuple[tuple[str, ...], str | None]]:
    """The inputs, with what stands on standard input in a file, which is named beside them: some formats are read from
    their end."""
    if "-" not in inputs:
        yield inputs, None
        return
    if kind is None:
        raise click.UsageError(f"Standard input needs a format: --format {'|'.join(_FORMATS)}")
    with tempfile.TemporaryDirectory(prefix="bert-tf-") as folder:
        spooled = pathlib.Path(folder) / f"standard-input.{kind}"
        with spooled.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield tuple(str(spooled) if name == "-" else name for name in inputs), str(spooled)


def _for_programs(found: "Scored") -> dict[str, object]:
    """What came of it; what the answers come to stands among the rest."""
    facts = dataclasses.asdict(found)
    del facts["summary"], facts["summary_text"]
    return {**facts, **found.summary}


def _tell(found: "Scored", *, as_json: bool) -> None:
    if as_json:
        write_json(_for_programs(found))
        return
    to_errors = found.out == "-"
    new_rows = found.rows - found.kept_rows
    rate = f", {new_rows / max(found.seconds, 1e-9):,.0f} rows/s" if new_rows else ""
    echo(f"scored   {counted(found.rows, 'row')}{rate}: {found.summary_text}", err=to_errors)
    if not to_errors:
        files = f" ({counted(found.files, 'file')})" if found.files > 1 else ""
        echo(f"output   {found.out}{files}")
    if found.kept_files:
        rows = f"{counted(found.kept_rows, 'row')} in {counted(found.kept_files, 'file')}"
        echo(f"note     {rows} were already scored", err=to_errors)
    for remark in found.remarks:
        echo(f"note     {remark}", err=to_errors)
    if found.defused:
        cells = (
            "1 cell looks like a formula and was"
            if found.defused == 1
            else f"{found.defused:,} cells look like formulas and were"
        )
        echo(f"note     {cells} prefixed with an apostrophe; --raw-cells turns this off", err=to_errors)
    if found.refused:
        refused = sum(found.refused.values())
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in found.refused.items())
        echo(f"{refused:,} {'row' if refused == 1 else 'rows'} could not be scored ({reasons}):", err=True)
        for line in found.refused_shown:
            echo(f"  - {line}", err=True)
        if refused > len(found.refused_shown):
            echo(f"  … and {refused - len(found.refused_shown):,} more", err=True)
