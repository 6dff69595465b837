"""What a task is made of."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bert_tf.measures import Measure, find_measure

if TYPE_CHECKING:
    import numpy as np

    from bert_tf.batches.word_targets import Alignment
    from bert_tf.data.examples import Examples
    from bert_tf.data.histories import Events
    from bert_tf.data.target import Target
    from bert_tf.evaluation.hard_negatives import Mining
    from bert_tf.evaluation.predictions import Columns
    from bert_tf.evaluation.split_metrics import Answers, Metrics
    from bert_tf.export.task_serving import TaskServing
    from bert_tf.models.task_network import TaskNetwork
    from bert_tf.ragged_rows import RaggedRows
    from bert_tf.recipe.schema import Recipe
    from bert_tf.recipe.section import Section
    from bert_tf.report.sections import TaskReport
    from bert_tf.report.task_comparison import TaskComparison
    from bert_tf.tasks.target_draft import TargetDraft
    from bert_tf.text.word_places import WordPlaces
    from bert_tf.training.tensorboard.task_dashboard import TaskDashboard

    # The rows of the splits by name, and where the words of their texts stand.
    Align = Callable[[Mapping[str, Examples], Mapping[str, WordPlaces]], Alignment]


def _no_choice(answers: "Answers") -> Mapping[str, Any]:
    del answers
    return {}


def _no_mining(recipe: "Recipe") -> None:
    del recipe


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
        serving: What is served, made from the facts of a run.
        serving_of_manifest: The same, made from what an exported model's manifest says.
        align: Of a task that reads tokens, makes what is expected of each word, cut off or not, from the splits' rows
            and where their words stand. None for a task that reads whole texts.
        expected_texts: Of a task that compares vectors, gives the texts of each row's label in UTF-8, the right one
            first and equally many for each, from `Examples.targets`. None for a task whose loss is a sum over rows.
        mining: Of a task that compares vectors, says how a recipe wants hard negatives to be mined; None where it
            doesn't, or the task mines none.
        events: Of a task that ranks items for users, gives user and time of each row, from `Examples.targets` and the
            facts of a run; the row's text is the item. None for all others.
        label_sets: Of a task whose rows belong together by their labels, gives which rows have which, bool [N, C], from
            `Examples.targets` and the facts of a run. None where a label says nothing of that.
        choose_on_validation: What is chosen on the validation answers of a trained model, which may be none, such as
            thresholds: facts of the run from then on, which answers are measured with and served by.
        gives_vectors: Whether what is served has `vector`, float32 [N, D] of length 1, by which answers to a question
            are found. Such a task's `serving_of_manifest` serves answers where the manifest has `answers`.
        of_settings: Of a task that is made of others, gives the task that a recipe is of, from the recipe's own table
            of it, or from a manifest, which has the same keys; what the row itself has is of no other tasks. None for a
            task that is the same in every recipe.
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
    serving: Callable[[Mapping[str, Any]], "TaskServing"]
    serving_of_manifest: Callable[[Mapping[str, Any]], "TaskServing"]
    others: tuple[Measure, ...] = ()
    tables: tuple[str, ...] = ()
    label_figures: tuple[str, ...] = ()
    align: "Align | None" = None
    expected_texts: "Callable[[RaggedRows], Sequence[tuple[bytes, ...]]] | None" = None
    mining: "Callable[[Recipe], Mining | None]" = _no_mining
    events: "Callable[[RaggedRows, Mapping[str, Any]], Events] | None" = None
    label_sets: "Callable[[np.ndarray, Mapping[str, Any]], np.ndarray] | None" = None
    choose_on_validation: Callable[["Answers"], Mapping[str, Any]] = _no_choice
    gives_vectors: bool = False
    of_settings: "Callable[[Mapping[str, Any]], Task] | None" = None

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All of them."""
        return (*self.followed, *self.others)

    def measure(self, place: str) -> Measure:
        """The measure of a figure by its place in metrics.json or among those of an epoch; see `find_measure`."""
        return find_measure(place, self.measures)
