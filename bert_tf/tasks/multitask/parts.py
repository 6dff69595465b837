"""What `multitask` is made of: the parts of other tasks. A part is imported when it is asked for."""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bert_tf.errors import EXPORT_AGAIN, VerifyError
from bert_tf.tasks.multitask.heads import Head, can_be_head, heads_of, names_of, part_of, recipe_of
from bert_tf.tasks.task import Task

if TYPE_CHECKING:
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

_Tasks = Mapping[str, Task]


def multitask(tasks: _Tasks) -> Task:
    """The row of the table of tasks.

    Args:
        tasks: All others by name; those that can be are heads.
    """
    possible = {name: task for name, task in tasks.items() if can_be_head(task)}
    settings = functools.cache(
        functools.partial(_settings, possible, tuple(name for name in tasks if name not in possible))
    )

    def of_settings(table: Mapping[str, Any]) -> Task:
        return _made(heads_of(table, possible), possible, settings)

    row = _made((), possible, settings)
    return dataclasses.replace(row, of_settings=of_settings)


def _made(heads: Sequence[Head], possible: _Tasks, settings: "Callable[[], type[Section]]") -> Task:
    """The task of these heads."""
    return Task(
        description="`multitask`: each text gets what several heads on one encoder say, each with a task of its own.",
        settings=settings,
        target=functools.partial(_target, heads),
        draft=functools.partial(_draft, possible),
        network=functools.partial(_network, heads),
        metrics=functools.partial(_metrics, heads),
        followed=tuple(measure for head in heads for measure in head.followed),
        columns=functools.partial(_columns, heads),
        report=functools.partial(_report, heads),
        comparison=functools.partial(_comparison, heads),
        dashboard=functools.partial(_dashboard, heads),
        serving=functools.partial(_serving, heads),
        serving_of_manifest=functools.partial(_serving_of_manifest, possible),
        others=tuple(measure for head in heads for measure in head.others),
        tables=names_of(heads),
        choose_on_validation=functools.partial(_choose, heads),
    )


def _settings(possible: _Tasks, refused: Sequence[str]) -> "type[Section]":
    from bert_tf.tasks.multitask.settings import multitask_settings

    return multitask_settings(possible, refused=refused)


def _target(heads: Sequence[Head], recipe: "Recipe") -> "Target":
    from bert_tf.tasks.multitask.target import MultitaskTarget

    return MultitaskTarget({head.name: head.task.target(recipe_of(head, recipe)) for head in heads})


def _draft(possible: _Tasks) -> "TargetDraft":
    from bert_tf.tasks.multitask.draft import MultitaskDraft

    return MultitaskDraft(possible)


def _network(heads: Sequence[Head], recipe: "Recipe", facts: Mapping[str, Any]) -> "TaskNetwork":
    from bert_tf.tasks.multitask.network import MultitaskNetwork

    return MultitaskNetwork.of_recipe(heads, recipe, facts)


def _metrics(heads: Sequence[Head]) -> "Metrics":
    from bert_tf.tasks.multitask.metrics import MultitaskMetrics

    return MultitaskMetrics(heads)


def _choose(heads: Sequence[Head], answers: "Answers") -> Mapping[str, Any]:
    from bert_tf.tasks.multitask.metrics import MultitaskMetrics

    return MultitaskMetrics(heads).chosen(answers)


def _columns(heads: Sequence[Head]) -> "Columns":
    from bert_tf.tasks.multitask.columns import MultitaskColumns

    return MultitaskColumns(heads)


def _report(heads: Sequence[Head]) -> "TaskReport":
    from bert_tf.tasks.multitask.report import MultitaskReport

    return MultitaskReport(heads)


def _comparison(heads: Sequence[Head]) -> "TaskComparison":
    from bert_tf.tasks.multitask.comparison import MultitaskComparison

    return MultitaskComparison(heads)


def _dashboard(heads: Sequence[Head]) -> "TaskDashboard":
    from bert_tf.tasks.multitask.dashboard import MultitaskDashboard

    return MultitaskDashboard(heads)


def _serving(heads: Sequence[Head], facts: Mapping[str, Any]) -> "TaskServing":
    from bert_tf.tasks.multitask.serving import MultitaskServing

    return MultitaskServing(heads, [head.task.serving(part_of(head.name, facts)) for head in heads])


def _serving_of_manifest(possible: _Tasks, manifest: Mapping[str, Any]) -> "TaskServing":
    from bert_tf.tasks.multitask.serving import MultitaskServing

    heads = heads_of(manifest, possible)
    if not heads or len(set(names_of(heads))) < len(heads):
        raise VerifyError(
            "The exported model's manifest doesn't say which heads it has.",
            where="manifest.json: heads",
            hint=EXPORT_AGAIN,
        )
    return MultitaskServing(heads, [head.task.serving_of_manifest(head.table) for head in heads])
