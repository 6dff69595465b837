"""`bert-tf train`."""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import rich_click as click

from bert_tf.cli.options import JSON, RECIPE, SET, given_recipe
from bert_tf.cli.output import echo, progress_console
from bert_tf.cli.quiet import quiet_start
from bert_tf.cli.verdict import end_document, fail_under, tell_verdict
from bert_tf.cli.verify import tell
from bert_tf.errors import StoppedError
from bert_tf.stage import Stage

if TYPE_CHECKING:
    from rich.console import Console

    from bert_tf.api import Run
    from bert_tf.export.verify import Verification
    from bert_tf.workflow.report import WrittenReport
    from bert_tf.workflow.thresholds import Threshold


@click.command()
@RECIPE
@SET
@click.option("--runs", type=click.Path(path_type=pathlib.Path), default="runs", help="Folder of runs [runs].")
@click.option("--no-export", is_flag=True, help="Neither export nor verify: quicker while you try things.")
@fail_under
@JSON
def train(
    recipe: str,
    assignments: tuple[str, ...],
    runs: pathlib.Path,
    no_export: bool,
    thresholds: "Sequence[Threshold]",
    as_json: bool,
) -> None:
    """Train RECIPE (a name, or a .toml file), evaluate it, export it, verify the export, and write a report.

    Example: bert-tf train imdb --set training.epochs=1 --set "data.train=train[:2000]"
    Example: bert-tf train bbc-news --no-export --fail-under test.accuracy=0.9
    """
    console = progress_console(as_json=as_json)
    with Stage(console, f"reading the recipe {recipe}") as stage:
        from bert_tf.recipe.load import parse_overrides

        overrides = parse_overrides(assignments)
        given_recipe(recipe, assignments)  # a mistake in the recipe is told before TensorFlow's seconds of start-up
        stage.rename("starting TensorFlow")
        with quiet_start():
            from bert_tf import api
    run = api.train(recipe, overrides, runs_folder=runs, console=console, exports=not no_export)
    if not as_json:
        echo(f"run      {run.path}")
    verified, report = _handed_over(run, console, no_export=no_export)
    if as_json:
        export = None if verified is None else dataclasses.asdict(verified)
        document = {"run": run.path, "metrics": run.metrics, "export": export, "report": report.path}
        end_document({**document, "verdict": dataclasses.asdict(report.verdict)}, thresholds, run.metrics)
        return
    if verified is None:
        echo(f"export   left out; `bert-tf export {run.path}` exports and verifies it")
    else:
        tell(verified)
    echo(f"report   {report.path}\nnext     bert-tf play {run.path}     try it in the browser")
    tell_verdict(report.verdict)
    from bert_tf.workflow.thresholds import check_thresholds

    check_thresholds(thresholds, run.metrics)


def _handed_over(run: "Run", console: "Console", *, no_export: bool) -> "tuple[Verification | None, WrittenReport]":
    """What was proved of the export, None without one, and the report."""
    from bert_tf.cli.verify import report as verify
    from bert_tf.runs import open_run
    from bert_tf.workflow.explanations import AFTER_TRAINING
    from bert_tf.workflow.report import write_report

    try:
        verified = None if no_export else verify(run.export(console=console), quiet=True, console=console)
        with Stage(console, "writing the report") as stage:
            return verified, write_report(open_run(run.path), seconds=AFTER_TRAINING, notice=stage.rename)
    except KeyboardInterrupt as stop:
        raise StoppedError(
            "Stopped after training: the run is whole, and what comes after it is not.",
            where=str(run.path),
            hint=f"`bert-tf export {run.path}` exports and verifies it, `bert-tf report {run.path}` writes its report",
        ) from stop
