"""`bert-tf train`."""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import rich_click as click

from bert_tf.cli.options import JSON, RECIPE, SET, complete_run, given_recipe
from bert_tf.cli.output import echo, progress_console, write_json
from bert_tf.cli.verdict import end_document, fail_under, tell_verdict
from bert_tf.cli.verify import tell
from bert_tf.quiet import quiet_start
from bert_tf.stage import Stage

if TYPE_CHECKING:
    from bert_tf.handoff.train_and_export import Finished
    from bert_tf.stop_signals import StopSignals
    from bert_tf.workflow.thresholds import Threshold


class _RunOrAuto(click.ParamType):
    """A run's folder, or the word `auto`."""

    name = "run"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Called by click."""
        return value if value == "auto" or isinstance(value, pathlib.Path) else pathlib.Path(value)


@click.command()
@RECIPE
@SET
@click.option("--runs", type=click.Path(path_type=pathlib.Path), default="runs", help="Folder for runs [runs].")
@click.option("--no-export", is_flag=True, help="Skip export and verification, for quick experiments.")
@click.option("--baseline", is_flag=True, help="Train a bag of words too, and compare the model with it.")
@click.option(
    "--resume",
    type=_RunOrAuto(),
    metavar="RUN|auto",
    shell_complete=complete_run,
    help="Resume an interrupted run of RECIPE from its last checkpoint; auto: the newest, or else start a new run.",
)
@click.option(
    "--strategy",
    type=click.Choice(["mirrored", "multi_worker"]),
    help="Train in several processes: multi_worker, those in TF_CONFIG; mirrored, on this machine's one device.",
)
@fail_under
@JSON
@click.pass_obj
def train(
    signals: "StopSignals | None",
    recipe: str,
    assignments: tuple[str, ...],
    runs: pathlib.Path,
    no_export: bool,
    baseline: bool,
    resume: "pathlib.Path | Literal['auto'] | None",
    strategy: "Literal['mirrored', 'multi_worker'] | None",
    thresholds: "Sequence[Threshold]",
    as_json: bool,
) -> None:
    """Train RECIPE (a name, or a .toml file), evaluate it, export it, verify the export, and write a report.

    Example: bert-tf train imdb --set training.epochs=1 --set "data.train=train[:2000]"
    Example: bert-tf train bbc-news --no-export --fail-under test.accuracy=0.9
    Example: bert-tf train bbc-news --baseline
    Example: bert-tf train imdb --resume auto
    Example: bert-tf train imdb --strategy multi_worker --resume auto
    """
    console = progress_console(as_json=as_json)
    with Stage(console, f"reading the recipe {recipe}") as stage:
        from bert_tf.environment import cache_folder

        # A mistake in the recipe is told before TensorFlow's seconds of start-up.
        loaded = given_recipe(recipe, assignments)
        stage.rename("starting TensorFlow")
        with quiet_start():
            from bert_tf.handoff.train_and_export import train_and_export
    done = train_and_export(
        loaded,
        runs_folder=runs,
        cache_folder=cache_folder(),
        export=not no_export,
        baseline=baseline,
        resume=resume,
        strategy=strategy,
        signals=signals,
        console=console,
        trained=lambda run: None if as_json else echo(f"run      {run.path}"),
    )
    if done is None:
        if as_json:
            write_json({"run": None})
        return
    if as_json:
        end_document(_document(done), thresholds, done.run.metrics)
        return
    _tell(done)
    from bert_tf.workflow.thresholds import check_thresholds

    check_thresholds(thresholds, done.run.metrics)


def _document(done: "Finished") -> dict[str, Any]:
    export = None if done.verified is None else dataclasses.asdict(done.verified)
    document = {"run": done.run.path, "metrics": done.run.metrics, "export": export, "report": done.report.path}
    if done.baseline is not None:
        document["baseline"] = {"run": done.baseline.path, "metrics": done.baseline.metrics}
    return {**document, "verdict": dataclasses.asdict(done.report.verdict)}


def _tell(done: "Finished") -> None:
    if done.verified is None:
        echo(f"export   skipped; to export and verify: bert-tf export {done.run.path}")
    else:
        tell(done.verified)
    echo(f"report   {done.report.path}\nnext     bert-tf play {done.run.path}     try it in a browser")
    tell_verdict(done.report.verdict)
