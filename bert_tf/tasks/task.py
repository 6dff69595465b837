"""What a task is made of, and the table of all tasks."""

import dataclasses
import types
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from bert_tf.measures import Measure, find_measure
from bert_tf.tasks.classify import measures as classify
from bert_tf.tasks.multilabel import parts as multilabel

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


def _no_choice(answers: "Answers") -> Mapping[str, Any]:
    del answers
    return {}


@dataclasses.dataclass(frozen=True)
class Task:
    """A kind of label, and all that depends on it. Parts that take time to import are imported when they are asked for.

    Attributes:
        description: For the recipe reference, in one line.
        settings: Gives the model of the task's own table of a recipe.
        target: Makes what a label is in data, by a recipe.
        draft: Makes what says of a user's files what a recipe for them should say of labels.
        network: Makes what a model computes and learns by, from a recipe and what a run's facts say of its labels.
        metrics: Makes what computes the measures.
        followed: What is measured after each epoch, and shown where there is room for few figures; by the first of
            them runs are judged.
        columns: Makes what writes answers into predictions/*.parquet and reads them.
        report: Makes what a report says of answers.
        comparison: Makes what a comparison of two models says.
        dashboard: Makes what TensorBoard shows of answers; it needs TensorFlow.
        others: What else metrics.json has of all rows.
        tables: What metrics.json has besides, with figures of parts of the rows below it, such as `per_class`.
        label_figures: Keys of what it has of single labels.
        choose: What is chosen on the validation answers of a trained model, such as thresholds: facts of the run from
            then on, which answers are measured with and served by.
    """

    description: str
    settings: Callable[[], "type[Section]"]
    target: Callable[["Recipe"], "Target"]
    draft: Callable[[], "TargetDraft"]
    network: Callable[["Recipe", Mapping[str, Any]], "TaskNetwork"]
    metrics: Callable[[], "Metrics"]
    followed: tuple[Measure, ...]
    columns: Callable[[], "Columns"]
    report: Callable[[], "TaskReport"]
    comparison: Callable[[], "TaskComparison"]
    dashboard: Callable[[], "TaskDashboard"]
    others: tuple[Measure, ...] = ()
    tables: tuple[str, ...] = ()
    label_figures: tuple[str, ...] = ()
    choose: Callable[["Answers"], Mapping[str, Any]] = _no_choice

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All of them."""
        return (*self.followed, *self.others)

    def measure(self, place: str) -> Measure:
        """The measure of a figure by its place in metrics.json or among those of an epoch; see `find_measure`."""
        return find_measure(place, self.measures)


def _classify_settings() -> "type[Section]":
    from bert_tf.tasks.classify.settings import ClassifySettings

    return ClassifySettings


def _classify_target(recipe: "Recipe") -> "Target":
    from bert_tf.tasks.classify.target import ClassifyTarget

    data = recipe.data
    return ClassifyTarget(data.label, labels=data.labels, merges=data.merge_labels)


def _classify_draft() -> "TargetDraft":
    from bert_tf.tasks.classify.draft import ClassifyDraft

    return ClassifyDraft()


def _classify_network(recipe: "Recipe", facts: Mapping[str, Any]) -> "TaskNetwork":
    from bert_tf.tasks.classify.network import ClassifyNetwork

    return ClassifyNetwork.of_recipe(recipe, facts)


def _classify_metrics() -> "Metrics":
    from bert_tf.tasks.classify.metrics import ClassifyMetrics

    return ClassifyMetrics()


def _classify_columns() -> "Columns":
    from bert_tf.tasks.classify.columns import ClassifyColumns

    return ClassifyColumns()


def _classify_report() -> "TaskReport":
    from bert_tf.tasks.classify.report import ClassifyReport

    return ClassifyReport()


def _classify_comparison() -> "TaskComparison":
    from bert_tf.tasks.classify.comparison import ClassifyComparison

    return ClassifyComparison()


def _classify_dashboard() -> "TaskDashboard":
    from bert_tf.tasks.classify.dashboard import ClassifyDashboard

    return ClassifyDashboard()


TASKS: Mapping[str, Task] = types.MappingProxyType(
    {
        "classify": Task(
            description="`classify`: each text gets one label out of two or more.",
            settings=_classify_settings,
            target=_classify_target,
            draft=_classify_draft,
            network=_classify_network,
            metrics=_classify_metrics,
            followed=classify.FOLLOWED,
            columns=_classify_columns,
            report=_classify_report,
            comparison=_classify_comparison,
            dashboard=_classify_dashboard,
            others=classify.OTHERS,
            tables=classify.TABLES,
            label_figures=classify.LABEL_FIGURES,
        ),
        "multilabel": Task(
            description="`multilabel`: each text gets none, one or several labels.",
            settings=multilabel.settings,
            target=multilabel.target,
            draft=multilabel.draft,
            network=multilabel.network,
            metrics=multilabel.metrics,
            followed=multilabel.FOLLOWED,
            columns=multilabel.columns,
            report=multilabel.report,
            comparison=multilabel.comparison,
            dashboard=multilabel.dashboard,
            others=multilabel.OTHERS,
            tables=multilabel.TABLES,
            label_figures=multilabel.LABEL_FIGURES,
            choose=multilabel.choose,
        ),
    }
)
FOLLOWED: Mapping[str, tuple[Measure, ...]] = types.MappingProxyType(
    {name: task.followed for name, task in TASKS.items()}
)
MEASURES = tuple(dict.fromkeys(measure for task in TASKS.values() for measure in task.measures))
TABLES = tuple(dict.fromkeys(table for task in TASKS.values() for table in task.tables))
