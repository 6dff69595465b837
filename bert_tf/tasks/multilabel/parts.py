"""The parts of the task, for its row of `TASKS`; what takes time to import is imported when it is asked for."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from bert_tf.tasks.multilabel.measures import FOLLOWED, LABEL_FIGURES, OTHERS, TABLES

if TYPE_CHECKING:
    from bert_tf.data.target import Target
    from bert_tf.evaluation.predictions import Columns
    from bert_tf.evaluation.split_metrics import Answers, Metrics
    from bert_tf.models.task_network import TaskNetwork
    from bert_tf.recipe.schema import Recipe
    from bert_tf.recipe.section import Section
    from bert_tf.report.sections import TaskReport
    from bert_tf.report.task_comparison import TaskComparison
    from bert_tf.tasks.target_draft import TargetDraft
    from bert_tf.training.tensorboard.task_dashboard import TaskDashboard

__all__ = ["FOLLOWED", "LABEL_FIGURES", "OTHERS", "TABLES"]


def settings() -> "type[Section]":
    """The table `[multilabel]`."""
    from bert_tf.tasks.multilabel.settings import MultilabelSettings

    return MultilabelSettings


def target(recipe: "Recipe") -> "Target":
    """By how a recipe says that labels are written; raises DataError where its file of names can't be read."""
    from bert_tf.tasks.multilabel.label_cells import FlagColumns, ListCell
    from bert_tf.tasks.multilabel.names_file import read_names
    from bert_tf.tasks.multilabel.settings import MultilabelSettings
    from bert_tf.tasks.multilabel.target import MultilabelTarget

    data, written = recipe.data, cast(MultilabelSettings, recipe.settings)
    if written.columns is not None:
        return MultilabelTarget(FlagColumns(written.columns), labels=written.columns)
    names = None if written.names_file is None else read_names(written.names_file)
    separator = None if written.format == "json" else written.separator
    cells = ListCell(data.label, separator=separator, names=names)
    return MultilabelTarget(cells, labels=data.labels or names, merges=data.merge_labels)


def draft() -> "TargetDraft":
    """What it says of a user's files."""
    from bert_tf.tasks.multilabel.draft import MultilabelDraft

    return MultilabelDraft()


def network(recipe: "Recipe", facts: Mapping[str, Any]) -> "TaskNetwork":
    """What a model computes and learns by."""
    from bert_tf.tasks.multilabel.network import MultilabelNetwork

    return MultilabelNetwork.of_recipe(recipe, facts)


def metrics() -> "Metrics":
    """What computes the measures."""
    from bert_tf.tasks.multilabel.metrics import MultilabelMetrics

    return MultilabelMetrics()


def choose(answers: "Answers") -> Mapping[str, Any]:
    """`thresholds`."""
    from bert_tf.tasks.multilabel.metrics import MultilabelMetrics

    return MultilabelMetrics().chosen(answers)


def columns() -> "Columns":
    """What writes answers and reads them."""
    from bert_tf.tasks.multilabel.columns import MultilabelColumns

    return MultilabelColumns()


def report() -> "TaskReport":
    """What a report says."""
    from bert_tf.tasks.multilabel.report import MultilabelReport

    return MultilabelReport()


def comparison() -> "TaskComparison":
    """What a comparison of two models says."""
    from bert_tf.tasks.multilabel.comparison import MultilabelComparison

    return MultilabelComparison()


def dashboard() -> "TaskDashboard":
    """What TensorBoard shows; it needs TensorFlow."""
    from bert_tf.tasks.multilabel.dashboard import MultilabelDashboard

    return MultilabelDashboard()
