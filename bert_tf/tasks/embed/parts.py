"""What `embed` is made of; a part is imported when it is asked for."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bert_tf.tasks.embed.measures import FOLLOWED, OTHERS
from bert_tf.tasks.task import Task

if TYPE_CHECKING:
    from bert_tf.data.target import Target
    from bert_tf.evaluation.hard_negatives import Mining
    from bert_tf.evaluation.predictions import Columns
    from bert_tf.evaluation.split_metrics import Metrics
    from bert_tf.export.task_serving import TaskServing
    from bert_tf.models.task_network import TaskNetwork
    from bert_tf.ragged_rows import RaggedRows
    from bert_tf.recipe.schema import Recipe
    from bert_tf.recipe.section import Section
    from bert_tf.report.sections import TaskReport
    from bert_tf.report.task_comparison import TaskComparison
    from bert_tf.tasks.target_draft import TargetDraft
    from bert_tf.training.tensorboard.task_dashboard import TaskDashboard


def _settings() -> "type[Section]":
    from bert_tf.tasks.embed.settings import EmbedSettings

    return EmbedSettings


def _target(recipe: "Recipe") -> "Target":
    from bert_tf.tasks.embed.target import EmbedTarget, check_recipe

    check_recipe(recipe)
    settings: Any = recipe.settings
    return EmbedTarget(
        recipe.data.label,
        settings.negative,
        in_words=settings.positive == "label in words",
        dimensions=settings.dimensions,
        by_label=settings.positive == "same label",
    )


def _mining(recipe: "Recipe") -> "Mining | None":
    from bert_tf.evaluation.hard_negatives import Mining

    settings: Any = recipe.settings
    return Mining(settings.mine_every, settings.mine_margin) if settings.mine_every else None


def _draft() -> "TargetDraft":
    from bert_tf.tasks.embed.draft import EmbedDraft

    return EmbedDraft()


def _network(recipe: "Recipe", facts: Mapping[str, Any]) -> "TaskNetwork":
    from bert_tf.tasks.embed.network import EmbedNetwork

    return EmbedNetwork.of_recipe(recipe, facts)


def _metrics() -> "Metrics":
    from bert_tf.tasks.embed.metrics import EmbedMetrics

    return EmbedMetrics()


def _columns() -> "Columns":
    from bert_tf.tasks.embed.columns import EmbedColumns

    return EmbedColumns()


def _report() -> "TaskReport":
    from bert_tf.tasks.embed.report import EmbedReport

    return EmbedReport()


def _comparison() -> "TaskComparison":
    from bert_tf.tasks.embed.comparison import EmbedComparison

    return EmbedComparison()


def _dashboard() -> "TaskDashboard":
    from bert_tf.tasks.embed.dashboard import EmbedDashboard

    return EmbedDashboard()


def _serving(facts: Mapping[str, Any]) -> "TaskServing":
    from bert_tf.tasks.embed.serving import EmbedServing

    return EmbedServing()


def _serving_of_manifest(manifest: Mapping[str, Any]) -> "TaskServing":
    from bert_tf.tasks.embed.answer_serving import AnswerServing

    return AnswerServing(manifest["answers"]) if "answers" in manifest else _serving(manifest)


def _expected_texts(targets: "RaggedRows") -> "Sequence[tuple[bytes, ...]]":
    from bert_tf.tasks.embed.stored_texts import split_texts

    return split_texts(targets)


EMBED = Task(
    description="`embed`: each text gets a vector, near to those of the texts that belong to it.",
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
    expected_texts=_expected_texts,
    mining=_mining,
    gives_vectors=True,
)
