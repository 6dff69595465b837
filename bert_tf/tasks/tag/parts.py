"""What `tag` is made of; a part is imported when it is asked for."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from bert_tf.errors import EXPORT_AGAIN, VerifyError
from bert_tf.tasks.tag.measures import FOLLOWED, LABEL_FIGURES, OTHERS, TABLES
from bert_tf.tasks.task import Task

if TYPE_CHECKING:
    from bert_tf.batches.word_targets import Alignment
    from bert_tf.data.examples import Examples
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
    from bert_tf.text.word_places import WordPlaces
    from bert_tf.training.tensorboard.task_dashboard import TaskDashboard


def _settings() -> "type[Section]":
    from bert_tf.tasks.tag.settings import TagSettings

    return TagSettings


def _target(recipe: "Recipe") -> "Target":
    from bert_tf.data.known_labels import KnownLabels
    from bert_tf.tasks.tag.entity_rows import EntityRows
    from bert_tf.tasks.tag.settings import TagSettings
    from bert_tf.tasks.tag.target import TagTarget

    data, written = recipe.data, cast(TagSettings, recipe.settings)
    rows = EntityRows(data.text, data.label, tags=written.tags, word_prefix=written.word_prefix)
    known = KnownLabels.given(data.labels, merges=data.merge_labels)
    return TagTarget(rows, data.label, known, offsets=written.offsets)


def _draft() -> "TargetDraft":
    from bert_tf.tasks.tag.draft import TagDraft

    return TagDraft()


def _network(recipe: "Recipe", facts: Mapping[str, Any]) -> "TaskNetwork":
    from bert_tf.tasks.tag.network import TagNetwork

    return TagNetwork.of_recipe(recipe, facts)


def _align(examples: "Mapping[str, Examples]", places: "Mapping[str, WordPlaces]") -> "Alignment":
    from bert_tf.tasks.tag.alignment import align

    return align(examples, places)


def _metrics() -> "Metrics":
    from bert_tf.tasks.tag.metrics import TagMetrics

    return TagMetrics()


def _columns() -> "Columns":
    from bert_tf.tasks.tag.columns import TagColumns

    return TagColumns()


def _report() -> "TaskReport":
    from bert_tf.tasks.tag.report import TagReport

    return TagReport()


def _comparison() -> "TaskComparison":
    from bert_tf.tasks.tag.comparison import TagComparison

    return TagComparison()


def _dashboard() -> "TaskDashboard":
    from bert_tf.tasks.tag.dashboard import TagDashboard

    return TagDashboard()


def _serving(facts: Mapping[str, Any]) -> "TaskServing":
    from bert_tf.tasks.tag.serving import TagServing

    return TagServing(facts["label_names"], facts["offsets"])


def _serving_of_manifest(manifest: Mapping[str, Any]) -> "TaskServing":
    from bert_tf.tasks.tag.serving import TagServing

    names, offsets = manifest.get("labels"), manifest.get("offsets")
    if offsets not in ("characters", "bytes"):
        raise VerifyError(
            "The exported model's manifest doesn't say what places are counted in.",
            where="manifest.json: offsets",
            hint=EXPORT_AGAIN,
        )
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise VerifyError(
            "The exported model's manifest has no labels.", where="manifest.json: labels", hint=EXPORT_AGAIN
        )
    return TagServing(names, offsets)


TAG = Task(
    description="`tag`: named entities in each text, stretches of words that have a type.",
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
    align=_align,
)
