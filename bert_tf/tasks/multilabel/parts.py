"""What `multilabel` is made of; a part is imported when it is asked for."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from bert_tf.errors import EXPORT_AGAIN, RecipeError, VerifyError
from bert_tf.tasks.multilabel.measures import FOLLOWED, LABEL_FIGURES, OTHERS, TABLES
from bert_tf.tasks.task import Task

if TYPE_CHECKING:
    import numpy as np

    from bert_tf.data.target import Target
    from bert_tf.evaluation.predictions import Columns
    from bert_tf.evaluation.split_metrics import Answers, Metrics
    from bert_tf.export.task_serving import TaskServing
    from bert_tf.models.task_network import TaskNetwork
    from bert_tf.recipe.schema import Recipe
    from bert_tf.recipe.section import Section
    from bert_tf.report.sections import TaskReport
    from bert_tf.report.task_comparison import TaskComparison
    from bert_tf.tasks.target_draft import TargetDraft
    from bert_tf.training.tensorboard.task_dashboard import TaskDashboard


def _settings() -> "type[Section]":
    from bert_tf.tasks.multilabel.settings import MultilabelSettings

    return MultilabelSettings


def _target(recipe: "Recipe") -> "Target":
    """By how a recipe says that labels are written.

    Raises:
        DataError: its file of names can't be read. RecipeError: it names the labels in two places.
    """
    from bert_tf.data.known_labels import KnownLabels
    from bert_tf.tasks.multilabel.label_cells import FlagColumns, ListCell
    from bert_tf.tasks.multilabel.names_file import read_names
    from bert_tf.tasks.multilabel.settings import MultilabelSettings
    from bert_tf.tasks.multilabel.target import MultilabelTarget

    data, written = recipe.data, cast(MultilabelSettings, recipe.settings)
    if written.columns is not None:
        for key, value in (("data.labels", data.labels), ("data.merge_labels", data.merge_labels)):
            if value:
                raise RecipeError(
                    "Labels of this recipe are the names of its columns.",
                    where=key,
                    hint=f"remove {key}, or multilabel.columns",
                )
        return MultilabelTarget.given(FlagColumns(written.columns), written.columns, where="multilabel.columns")
    names = None if written.names_file is None else read_names(written.names_file)
    separator = None if written.format == "json" else written.separator
    cells = ListCell(data.label, separator=separator, names=names)
    labels, where = (data.labels, "data.labels") if data.labels else (names, "multilabel.names_file")
    if labels is None:
        return MultilabelTarget(cells, KnownLabels(merges=data.merge_labels))
    return MultilabelTarget.given(cells, labels, where=where, merges=data.merge_labels)


def _draft() -> "TargetDraft":
    from bert_tf.tasks.multilabel.draft import MultilabelDraft

    return MultilabelDraft()


def _network(recipe: "Recipe", facts: Mapping[str, Any]) -> "TaskNetwork":
    from bert_tf.tasks.multilabel.network import MultilabelNetwork

    return MultilabelNetwork.of_recipe(recipe, facts)


def _metrics() -> "Metrics":
    from bert_tf.tasks.multilabel.metrics import MultilabelMetrics

    return MultilabelMetrics()


def _choose(answers: "Answers") -> Mapping[str, Any]:
    from bert_tf.tasks.multilabel.metrics import MultilabelMetrics

    return MultilabelMetrics().chosen(answers)


def _columns() -> "Columns":
    from bert_tf.tasks.multilabel.columns import MultilabelColumns

    return MultilabelColumns()


def _report() -> "TaskReport":
    from bert_tf.tasks.multilabel.report import MultilabelReport

    return MultilabelReport()


def _comparison() -> "TaskComparison":
    from bert_tf.tasks.multilabel.comparison import MultilabelComparison

    return MultilabelComparison()


def _dashboard() -> "TaskDashboard":
    from bert_tf.tasks.multilabel.dashboard import MultilabelDashboard

    return MultilabelDashboard()


def _serving(facts: Mapping[str, Any]) -> "TaskServing":
    from bert_tf.tasks.multilabel.serving import MultilabelServing

    return MultilabelServing(facts["label_names"], facts.get("thresholds"))


def _serving_of_manifest(manifest: Mapping[str, Any]) -> "TaskServing":
    from bert_tf.tasks.multilabel.serving import MultilabelServing

    labels, thresholds = _listed(manifest, "labels", str), _listed(manifest, "thresholds", float)
    if not labels or len(labels) != len(thresholds) or not all(map(math.isfinite, thresholds)):
        raise VerifyError(
            "The exported model's manifest lacks labels, or their thresholds.",
            where="manifest.json: labels, thresholds",
            hint=EXPORT_AGAIN,
        )
    return MultilabelServing(labels, thresholds)


def _listed(manifest: Mapping[str, Any], key: str, kind: type) -> list[Any]:
    """A list of values of one kind; empty where it is none."""
    values = manifest.get(key)
    return values if isinstance(values, list) and all(isinstance(value, kind) for value in values) else []


def _label_sets(targets: "np.ndarray", facts: Mapping[str, Any]) -> "np.ndarray":
    del facts  # a row's labels are stored as yes or no for each
    return targets


MULTILABEL = Task(
    description="`multilabel`: each text gets none, one or several labels.",
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
    choose_on_validation=_choose,
)
