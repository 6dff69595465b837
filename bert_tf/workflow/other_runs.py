"""The runs that a report holds its own against, on the same rows."""

import dataclasses
import pathlib
import sys

from bert_tf.errors import BertTfError
from bert_tf.evaluation.paired import paired_difference
from bert_tf.evaluation.predictions import read_predictions
from bert_tf.evaluation.split_metrics import row_scores
from bert_tf.report.measured import Measured, measured
from bert_tf.report.verdict import Reference
from bert_tf.runs.run import RunFolder, open_run
from bert_tf.tasks.task import Task

_NO_LIMIT = sys.maxsize  # tokens: where the other's texts were cut is not shown


def named_reference(named: str | None, found: Measured | None, task: Task) -> Reference | None:
    """A run against the one that its recipe names; None where it names none, or nothing was measured."""
    if named is None or found is None:
        return None
    return _compared(Reference(named), found, task)


def own_baseline(run: RunFolder, found: Measured | None, task: Task) -> Reference | None:
    """A run against the baseline that was trained beside it; None where none was, or nothing was measured."""
    name = run.facts.get("baseline")
    if name is None or found is None:
        return None
    return _compared(Reference(str(run.path.parent / name), called="the baseline"), found, task)


def _compared(reference: Reference, found: Measured, task: Task) -> Reference:
    try:
        other = open_run(pathlib.Path(reference.run))
        rows = read_predictions(other.measured_predictions(found.split), task.columns())
        encoder = other.recipe_values["model"].get("encoder", "")
    except BertTfError as problem:
        return dataclasses.replace(reference, problem=problem.what)
    if not rows.same_rows(found.rows):
        return dataclasses.replace(reference, problem=f"it was evaluated on other {found.split} rows or labels.")
    both = (row_scores(task.metrics(), each.answers) for each in (found.rows, rows))
    its = measured({found.split: rows}, task.metrics(), max_tokens=_NO_LIMIT)
    return dataclasses.replace(
        reference,
        paired=paired_difference(*both, better=found.row_measure.better),
        encoder=encoder,
        scores={} if its is None else its.scores,
    )
