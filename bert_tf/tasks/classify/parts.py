"""What `classify` is made of; a part is imported when it is asked for."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bert_tf.errors import EXPORT_AGAIN, VerifyError
from bert_tf.tasks.classify.measures import FOLLOWED, LABEL_FIGURES, OTHERS, TABLES
from bert_tf.tasks.task import Task

if TYPE_CHECKING:
    import numpy as np

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
    from bert_tf.tasks.classify.settings import ClassifySettings

    return ClassifySettings


def _target(recipe: "Recipe") -> "Target":
    from bert_tf.data.known_labels import KnownLabels
    from bert_tf.tasks.classify.target import ClassifyTarget

    data = recipe.data
    return ClassifyTarget(data.label, KnownLabels.given(data.labels, merges=data.merge_labels))


def _draft() -> "TargetDraft":
    from bert_tf.tasks.classify.draft import ClassifyDraft

    return ClassifyDraft()


def _network(recipe: "Recipe", facts: Mapping[str, Any]) -> "TaskNetwork":
    from bert_tf.tasks.classify.network import ClassifyNetwork

    return ClassifyNetwork.of_recipe(recipe, facts)


def _metrics() -> "Metrics":
    from bert_tf.tasks.classify.metrics import ClassifyMetrics

    return ClassifyMetrics()


def _columns() -> "Columns":
    from bert_tf.tasks.classify.columns import ClassifyColumns

    return ClassifyColumns()


def _report() -> "TaskReport":
    from bert_tf.tasks.classify.report import ClassifyReport

    return ClassifyReport()


def _comparison() -> "TaskComparison":
    from bert_tf.tasks.classify.comparison import ClassifyComparison

    return ClassifyComparison()


def _dashboard() -> "TaskDashboard":
    from bert_tf.tasks.classify.dashboard import ClassifyDashboard

    return ClassifyDashboard()


def _serving(facts: Mapping[str, Any]) -> "TaskServing":
    from bert_tf.tasks.classify.serving import ClassifyServing

    return ClassifyServing(facts["label_names"])


def _serving_of_manifest(manifest: Mapping[str, Any]) -> "TaskServing":
    from bert_tf.tasks.classify.serving import ClassifyServing

    names = manifest.get("labels")
    if not isinstance(names, list):
        raise VerifyError(
            "The exported model's manifest has no labels.", where="manifest.json: labels", hint=EXPORT_AGAIN
        )
    return ClassifyServing(names)


def _label_sets(targets: "np.ndarray", facts: Mapping[str, Any]) -> "np.ndarray":
    import numpy as np

    return targets[:, np.newaxis] == np.arange(len(facts["label_names"]))


CLASSIFY = Task(
    description="`classify`: each text gets one label out of two or more.",
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
    tables=TABLES,
    label_figures=LABEL_FIGURES,
    label_sets=_label_sets,
)
