"""What `rank` is made of; a part is imported when it is asked for."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bert_tf.tasks.rank.measures import FOLLOWED, OTHERS
from bert_tf.tasks.task import Task

if TYPE_CHECKING:
    from bert_tf.data.histories import Events
    from bert_tf.data.target import Target
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
    from bert_tf.tasks.rank.settings import RankSettings

    return RankSettings


def _target(recipe: "Recipe") -> "Target":
    from bert_tf.tasks.rank.target import RankTarget, check_recipe

    check_recipe(recipe)
    settings: Any = recipe.settings
    return RankTarget(settings, recipe.data.text)


def _draft() -> "TargetDraft":
    from bert_tf.tasks.rank.draft import RankDraft

    return RankDraft()


def _network(recipe: "Recipe", facts: Mapping[str, Any]) -> "TaskNetwork":
    from bert_tf.tasks.rank.network import RankNetwork

    return RankNetwork.of_recipe(recipe, facts)


def _metrics() -> "Metrics":
    from bert_tf.tasks.rank.metrics import RankMetrics

    return RankMetrics()


def _columns() -> "Columns":
    from bert_tf.tasks.rank.columns import RankColumns

    return RankColumns()


def _report() -> "TaskReport":
    from bert_tf.tasks.rank.report import RankReport

    return RankReport()


def _comparison() -> "TaskComparison":
    from bert_tf.tasks.rank.comparison import RankComparison

    return RankComparison()


def _dashboard() -> "TaskDashboard":
    from bert_tf.tasks.rank.dashboard import RankDashboard

    return RankDashboard()


def _serving(facts: Mapping[str, Any]) -> "TaskServing":
    from bert_tf.tasks.rank.serving import RankServing

    return RankServing(facts)


def _serving_of_manifest(manifest: Mapping[str, Any]) -> "TaskServing":
    from bert_tf.tasks.embed.answer_serving import AnswerServing
    from bert_tf.tasks.rank.serving import RankServing

    vectors = RankServing(manifest.get("vectors", {}))
    return AnswerServing(manifest["answers"], vectors) if "answers" in manifest else vectors


def _events(targets: "RaggedRows", facts: Mapping[str, Any]) -> "Events":
    from bert_tf.tasks.rank.target import events_of

    return events_of(targets, facts)


RANK = Task(
    description="`rank`: items are ranked for users, by the texts of what they liked before.",
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
    events=_events,
    gives_vectors=True,
)
