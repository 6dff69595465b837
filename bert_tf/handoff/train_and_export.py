"""The whole of it: train, export, verify the export in clean processes, and write the report."""

import pathlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console

from bert_tf.errors import StoppedError
from bert_tf.export.verify import LATENCY_SECONDS, Verification, verify
from bert_tf.handoff.export_run import export_run
from bert_tf.recipe.schema import Recipe
from bert_tf.runs.run import RunFolder, open_run
from bert_tf.stage import Stage
from bert_tf.workflow.baseline import train_baseline
from bert_tf.workflow.explanations import AFTER_TRAINING
from bert_tf.workflow.train import train_recipe
from bert_tf.workflow.training_scope import TrainingScope

if TYPE_CHECKING:
    from bert_tf.workflow.report import WrittenReport


@dataclass(frozen=True)
class Finished:
    """A run that was trained, and what came after.

    Attributes:
        run: The run.
        verified: What was proved of its export; None where it wasn't exported.
        report: `report.html`, with what it comes to.
        baseline: The bag of words that was trained beside it; None where none was.
    """

    run: RunFolder
    verified: Verification | None
    report: "WrittenReport"
    baseline: RunFolder | None = None


def train_and_export(
    recipe: Recipe,
    *,
    runs_folder: pathlib.Path,
    cache_folder: pathlib.Path,
    export: bool = True,
    baseline: bool = False,
    console: Console,
    trained: Callable[[RunFolder], None] = lambda _: None,
) -> Finished:
    """Train a recipe, export and verify it, and write its report.

    Args:
        recipe: Resolved.
        runs_folder: Gets `<recipe>/<id>/`.
        cache_folder: As of `train_recipe`.
        export: False neither exports nor verifies.
        baseline: Train a bag of words on the same rows first, for the report to compare the model with.
        console: Where progress is shown.
        trained: Told the run as soon as it is trained and evaluated.

    Raises:
        BertTfError: whatever is wrong, in a sentence. StoppedError when the user stops it.
    """
    folders = {"runs_folder": runs_folder, "cache_folder": cache_folder}
    beside = train_baseline(recipe, **folders, console=console) if baseline else None
    scope = TrainingScope(exports=export, baseline=beside)
    run = train_recipe(recipe, **folders, console=console, scope=scope)
    trained(run)
    # matplotlib, which no first step should wait for.
    from bert_tf.workflow.report import write_report

    try:
        verified = None
        if export:
            with Stage(console, "exporting") as stage:
                model = export_run(run, cache_folder=cache_folder, notice=stage.rename)
            with Stage(console, "verifying the exported model in clean processes"):
                verified = verify(model, latency_seconds=LATENCY_SECONDS)
        with Stage(console, "writing the report") as stage:
            report = write_report(open_run(run.path), seconds=AFTER_TRAINING, notice=stage.rename)
        return Finished(run, verified, report, beside)
    except KeyboardInterrupt as stop:
        raise StoppedError(
            "Stopped after training: the run is complete, but export and report are not.",
            where=str(run.path),
            hint=f"`bert-tf export {run.path}` exports and verifies it, `bert-tf report {run.path}` writes its report",
        ) from stop
