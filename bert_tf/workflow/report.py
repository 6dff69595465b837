"""report: what a run left, as one page."""

import dataclasses
import logging
import math
import pathlib
from collections.abc import Mapping
from typing import Any

from bert_tf.atomic import new_file
from bert_tf.errors import RunError
from bert_tf.evaluation.predictions import Columns, Predictions, read_predictions
from bert_tf.report.contents import Contents
from bert_tf.report.epochs import epochs_from_events
from bert_tf.report.measured import Measured, measured
from bert_tf.report.run_page import judged_page
from bert_tf.report.verdict import Verdict
from bert_tf.runs.interruption import interruption
from bert_tf.runs.run import RunFolder
from bert_tf.runs.run_metrics import CROSS_VALIDATION, MEASURED, measured_split
from bert_tf.stage import Notice
from bert_tf.tasks.table import task_of_values
from bert_tf.tasks.task import Task
from bert_tf.workflow.explanations import kept_explanations
from bert_tf.workflow.long_texts import longest_measured
from bert_tf.workflow.other_runs import named_reference, own_baseline

_LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class WrittenReport:
    """`path` of the page, and the `verdict` that stands on it."""

    path: pathlib.Path
    verdict: Verdict


def report_run(run: RunFolder, *, seconds: float = math.inf) -> pathlib.Path:
    """Write `report.html` as `write_report` does, and return its path."""
    return write_report(run, seconds=seconds).path


def write_report(run: RunFolder, *, seconds: float = math.inf, notice: Notice = lambda _: None) -> WrittenReport:
    """Write `report.html` into a run's folder; an unfinished run's says how far it came.

    TensorFlow is loaded only for words that the run hasn't kept yet, and for the epochs of a run without metrics.

    Args:
        run: In any state.
        seconds: For the words that answers rest on; texts that there was no time for are shown without. With 0, no
            model is loaded.
        notice: Is told what is done.

    Raises:
        RunError: the run's files are damaged, or the disk is full.
    """
    path = run.path / "report.html"
    contents = _contents(run, seconds, notice)
    notice("drawing the report")
    task = task_of_values(contents.recipe)
    page, verdict = judged_page(contents, task.report(), task.comparison().words)
    with new_file(path, error=RunError) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return WrittenReport(path, verdict)


def _contents(run: RunFolder, seconds: float, notice: Notice) -> Contents:
    recipe, facts = run.recipe_values, run.facts
    metrics = run.metrics if run.is_measured else {}
    if not metrics and facts["status"] == "trained":
        _LOG.warning("The run's metrics.json is missing; `bert-tf evaluate %s` writes it again.", run.path)
    task = task_of_values(recipe)
    splits, problem = _predictions(run, metrics, task.columns())
    found = measured(splits, task.metrics(), max_tokens=longest_measured(recipe["text"]))
    notice("finding the words that mattered")
    explanations, unexplained = _explanations(run, found, task, seconds) if found else ({}, "")
    return Contents(
        path=str(run.path),
        recipe_toml=run.recipe_toml,
        recipe=recipe,
        facts=facts,
        status=run.status,
        metrics=metrics,
        epochs=metrics.get("epochs") or epochs_from_events(run.tensorboard),
        measures=task.measures,
        splits=splits,
        missing=problem or ("" if found else _next_step(run)),
        found=found,
        explanations=explanations,
        unexplained=unexplained,
        reference=named_reference(recipe.get("report", {}).get("reference"), found, task),
        baseline=own_baseline(run, found, task),
    )


def _explanations(run: RunFolder, found: Measured, task: Task, seconds: float) -> tuple[dict[int, dict[str, Any]], str]:
    if found.split == CROSS_VALIDATION:
        return {}, "The words that mattered are not shown: the model that is kept was trained on these texts."
    return kept_explanations(run, found, task.report().rows_to_explain(found), seconds=seconds)


def _predictions(run: RunFolder, metrics: Mapping[str, Any], columns: Columns) -> tuple[dict[str, Predictions], str]:
    """The answers that were kept, by split, and a sentence where those of a split that was measured are not whole."""
    splits, problem = {}, ""
    # Without metrics.json, nothing says whose predictions they are.
    for split in MEASURED if metrics else ():
        if run.predictions(split).is_file():
            try:
                splits[split] = read_predictions(run.measured_predictions(split), columns)
            except RunError as unreadable:
                problem = f"{unreadable.what} {_again(run, split)}"
    if splits and not problem and (lost := [split for split in MEASURED if split in metrics and split not in splits]):
        problem = f"Its predictions on the {lost[0]} rows are missing. {_again(run, lost[0])}"
    return splits, problem


def _again(run: RunFolder, split: str) -> str:
    if split == CROSS_VALIDATION:
        return f"`bert-tf train {run.path / 'recipe.toml'}` trains the run and its folds again."
    return f"`bert-tf evaluate {run.path}` writes them again."


def _next_step(run: RunFolder) -> str:
    """Why a run has no answers to show, and how to get them."""
    status, epochs = run.status, any(run.checkpoints.glob("epoch-*/checkpoint.json"))
    if run.is_measured and not measured_split(run.metrics):
        return "Nothing was evaluated: the recipe has neither validation nor test rows. Set data.test and train again."
    if status == "running":
        return f"The run is in progress; `bert-tf report {run.path}` shows more when it is done."
    if epochs:
        return (
            "Its scores or predictions were not saved, so this page shows less than it could: "
            f"`bert-tf evaluate {run.path}` saves them, then `bert-tf report {run.path}` shows them."
        )
    return interruption(run)
