"""The whole of it: train, export, verify the export in clean processes, and write the report."""

import functools
import os
import pathlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rich.console import Console

from bert_tf.cluster import cluster_of
from bert_tf.errors import InterruptedRunError
from bert_tf.export.verify import LATENCY_SECONDS, Verification, verify
from bert_tf.handoff.export_run import export_run
from bert_tf.recipe.schema import Recipe
from bert_tf.runs.run import RunFolder, open_run
from bert_tf.stage import Stage
from bert_tf.stop_signals import StopSignals
from bert_tf.workflow.baseline import train_baseline
from bert_tf.workflow.explanations import AFTER_TRAINING
from bert_tf.workflow.interrupted import mark_finished, note_of, run_to_resume, unfinished_run, why_a_new_run
from bert_tf.workflow.train import train_recipe
from bert_tf.workflow.training_scope import TrainingScope
from bert_tf.workflow.workers import Strategy, follow_recipe, start_workers

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
    resume: pathlib.Path | Literal["auto"] | None = None,
    strategy: Strategy | None = None,
    signals: StopSignals | None = None,
    console: Console,
    trained: Callable[[RunFolder], None] = lambda _: None,
) -> Finished | None:
    """Train a recipe, export and verify it, and write its report.

    Args:
        recipe: Resolved.
        runs_folder: Gets `<recipe>/<id>/`.
        cache_folder: As of `train_recipe`.
        export: False neither exports nor verifies.
        baseline: Train a bag of words on the same rows first, for the report to compare the model with.
        resume: A run of this recipe to go on with, in its folder, at whatever it was interrupted in; "auto" is the
            newest that was interrupted, and starts a new one where there is none.
        strategy: As of `start_workers`; None trains in this process alone.
        signals: As of `TrainingScope`.
        console: Where progress is shown.
        trained: Told the run as soon as it is trained and evaluated.

    Returns:
        What the run came to; None at a worker that is not the chief, which leaves none.

    Raises:
        BertTfError: whatever is wrong, in a sentence. StoppedError when the user stops it, InterruptedRunError where
            it can be resumed.
    """
    if strategy == "multi_worker" and cluster_of(os.environ).index:
        _follow(recipe, strategy, resume, runs_folder=runs_folder, cache_folder=cache_folder, console=console)
        return None
    folders = {"runs_folder": runs_folder, "cache_folder": cache_folder}
    begun = _begun_run(recipe, runs_folder, resume, console)
    beside = _baseline_of(begun)
    if begun is not None and begun.status == "trained":
        run = begun
    else:
        group = start_workers(recipe, strategy, console=console)
        if begun is None and baseline:
            beside = train_baseline(recipe, **folders, resume=resume == "auto", signals=signals, console=console)
        scope = TrainingScope(exports=export, baseline=beside, interrupted=begun, signals=signals, group=group)
        run = train_recipe(recipe, **folders, console=console, scope=scope)
    trained(run)
    try:
        return _hand_over(run, beside, cache_folder=cache_folder, export=export, console=console)
    except KeyboardInterrupt as stop:
        raise _stopped_behind_training(run) from stop


def _stopped_behind_training(run: RunFolder) -> InterruptedRunError:
    return InterruptedRunError(
        "Stopped after training: the run is complete, but export and report are not.",
        where=str(run.path),
        hint="repeat the command with --resume auto to finish; "
        f"`bert-tf export {run.path}` exports and verifies it, `bert-tf report {run.path}` writes its report",
    )


def _follow(
    recipe: Recipe,
    strategy: Strategy,
    resume: pathlib.Path | Literal["auto"] | None,
    *,
    runs_folder: pathlib.Path,
    cache_folder: pathlib.Path,
    console: Console,
) -> None:
    """Train with the chief, unless its run is trained already and it waits for nobody."""
    if isinstance(resume, pathlib.Path):
        begun = RunFolder(resume) if RunFolder(resume).is_there else None
    else:
        begun = unfinished_run(recipe, runs_folder) if resume else None
    if begun is not None and begun.facts.get("status") == "trained":
        console.print(f"{begun.path} is trained: nothing is left for this worker.", markup=False, soft_wrap=True)
        return
    if (group := start_workers(recipe, strategy, console=console)) is None:
        return
    try:
        follow_recipe(recipe, group, cache_folder=cache_folder, console=console)
    except KeyboardInterrupt as stop:
        raise InterruptedRunError(
            f"Worker {group.index} was stopped.", hint="start all workers again with --resume auto to go on"
        ) from stop


def _hand_over(
    run: RunFolder, beside: RunFolder | None, *, cache_folder: pathlib.Path, export: bool, console: Console
) -> Finished:
    """What comes behind training; an export that is there already is verified again."""
    # matplotlib, which no first step should wait for.
    from bert_tf.workflow.report import write_report

    verified = None
    if export:
        with Stage(console, "exporting") as stage:
            versions = [path.parent for path in run.export.glob("*/*/saved_model.pb") if path.parent.name.isdecimal()]
            newest = max(versions, key=lambda version: int(version.name), default=None)
            model = newest or export_run(run, cache_folder=cache_folder, notice=stage.rename)
        with Stage(console, "verifying the exported model in clean processes"):
            verified = verify(model, latency_seconds=LATENCY_SECONDS)
    with Stage(console, "writing the report") as stage:
        report = write_report(open_run(run.path), seconds=AFTER_TRAINING, notice=stage.rename)
    mark_finished(run)
    return Finished(run, verified, report, beside)


def _begun_run(
    recipe: Recipe, runs_folder: pathlib.Path, resume: pathlib.Path | Literal["auto"] | None, console: Console
) -> RunFolder | None:
    """The run that is resumed, None for a new one; the console shows which and why."""
    tell = functools.partial(console.print, highlight=False, markup=False, soft_wrap=True)
    if isinstance(resume, pathlib.Path):
        run = run_to_resume(recipe, open_run(resume))
        if run.status == "trained":
            tell(f"{run.path} is trained; only export and report are left.")
        return run
    unfinished = unfinished_run(recipe, runs_folder)
    if unfinished is not None:
        tell(f"Resuming {unfinished.path}." if resume else note_of(unfinished))
    elif resume:
        tell(why_a_new_run(recipe, runs_folder))
    return unfinished if resume else None


def _baseline_of(run: RunFolder | None) -> RunFolder | None:
    """What a run that was begun is compared with; its folder is beside it."""
    name = None if run is None else run.facts.get("baseline")
    if run is None or name is None or not (run.path.parent / name).is_dir():
        return None
    return RunFolder(run.path.parent / name)
