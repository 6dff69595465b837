"""What `regress` is made of; a part is imported when it is asked for."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from bert_tf.documents import check_table
from bert_tf.errors import EXPORT_AGAIN, VerifyError
from bert_tf.tasks.regress.measures import FOLLOWED, OTHERS
from bert_tf.tasks.task import Task

if TYPE_CHECKING:
    from bert_tf.data.target import Target
    from bert_tf.evaluation.predictions import Columns
    from bert_tf.evaluation.split_metrics import Metrics
    from bert_tf.export.task_serving import TaskServing
    from bert_tf.models.task_network import TaskNetwork
    from bert_tf.recipe.schema import Recipe
    from bert_tf.recipe.section import Section
    from bert_tf.report.sections import TaskReport
    from bert_tf.report.task_comparison import TaskComparison
    from bert_tf.tasks.target_draft import TargetDraft
    from bert_tf.training.tensorboard.task_dashboard import TaskDashboard


def _settings() -> "type[Section]":
    from bert_tf.tasks.regress.settings import RegressSettings

    return RegressSettings


def _target(recipe: "Recipe") -> "Target":
    from bert_tf.tasks.regress.settings import RegressSettings
    from bert_tf.tasks.regress.target import RegressTarget, label_column

    written = cast(RegressSettings, recipe.settings)
    return RegressTarget(label_column(recipe.data), has_commas=written.decimal == ",")


def _draft() -> "TargetDraft":
    from bert_tf.tasks.regress.draft import RegressDraft

    return RegressDraft()


def _network(recipe: "Recipe", facts: Mapping[str, Any]) -> "TaskNetwork":
    from bert_tf.tasks.regress.network import RegressNetwork

    return RegressNetwork.of_recipe(recipe, facts)


def _metrics() -> "Metrics":
    from bert_tf.tasks.regress.metrics import RegressMetrics

    return RegressMetrics()


def _columns() -> "Columns":
    from bert_tf.tasks.regress.columns import RegressColumns

    return RegressColumns()


def _report() -> "TaskReport":
    from bert_tf.tasks.regress.report import RegressReport

    return RegressReport()


def _comparison() -> "TaskComparison":
    from bert_tf.tasks.regress.comparison import RegressComparison

    return RegressComparison()


def _dashboard() -> "TaskDashboard":
    from bert_tf.tasks.regress.dashboard import RegressDashboard

    return RegressDashboard()


def _serving(facts: Mapping[str, Any]) -> "TaskServing":
    from bert_tf.tasks.regress.serving import RegressServing

    return RegressServing(facts["mean"], facts["std"])


def _serving_of_manifest(manifest: Mapping[str, Any]) -> "TaskServing":
    from bert_tf.tasks.regress.serving import RegressServing

    try:
        labels = check_table(manifest.get("training_labels"), {"mean": float, "std": float})
        if not (math.isfinite(labels["mean"]) and math.isfinite(labels["std"]) and labels["std"] > 0):
            raise ValueError("its mean and its std have to be numbers, and its std above 0")
    except ValueError as problem:
        raise VerifyError(
            f"The exported model's manifest doesn't say what its training labels were: {problem}.",
            where="manifest.json: training_labels",
            hint=EXPORT_AGAIN,
        ) from problem
    return RegressServing(labels["mean"], labels["std"])


REGRESS = Task(
    description="`regress`: each text gets a number.",
    settings=_settings,
    target=_target,
    draft=_draft,
    network=_network,
    metrics=_metrics,
    followed=FOLLOWED,
    columns=_columns,
    report=_report,
    comparison=_comparison,
    dashboard=_dashboard,
    serving=_serving,
    serving_of_manifest=_serving_of_manifest,
    others=OTHERS,
)
