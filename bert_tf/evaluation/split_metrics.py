"""What metrics.json says of a split, from what a task measures of answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from bert_tf.evaluation.intervals import Interval, bootstrap_intervals
from bert_tf.evaluation.row_statistics import RowStatistics
from bert_tf.measures import Measure, find_measure, row_measure
from bert_tf.ragged_rows import RowValues


@dataclass(frozen=True, eq=False)
class Answers:
    """What a model answered on N rows.

    Attributes:
        expected: What is right, [N, …]. Here and of outputs, `RaggedRows` for a task that reads tokens.
        outputs: Of the model by name, each [N, …].
        facts: What the run keeps of its data, which the task reads them by, such as the names of labels.
        units: Equal for rows that belong together, such as those of one user, int [N]: what is drawn where it is asked
            how far a score could be off are these and not the rows. None where each row stands for itself.
    """

    expected: RowValues
    outputs: Mapping[str, RowValues]
    facts: Mapping[str, Any]
    units: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.expected)

    def of(self, rows: np.ndarray | slice) -> "Answers":
        """Those on some of the rows: a mask, bool [N], or a part."""
        outputs = {name: values[rows] for name, values in self.outputs.items()}
        return Answers(self.expected[rows], outputs, self.facts, None if self.units is None else self.units[rows])


class Metrics(Protocol):
    """What a task measures; `metrics.py` of each task."""

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Of all rows; the one that tells most comes first."""

    def after_epoch(self, answers: Answers) -> dict[str, float]:
        """The few figures that are followed while training, by the measures' keys of an epoch."""

    def figures(self, answers: Answers) -> dict[str, float]:
        """All measures by key."""

    def tables(self, answers: Answers) -> dict[str, Any]:
        """What metrics.json has besides, such as figures by label; JSON-able."""

    def statistics(self, answers: Answers) -> RowStatistics:
        """Of N ≥ 1 rows, for `score`."""

    def score(self, sums: np.ndarray) -> dict[str, np.ndarray]:
        """The measures that are functions of sums of `statistics`; see `row_statistics.Score`."""


def split_metrics(
    metrics: Metrics, answers: Answers, *, truncated: np.ndarray, in_train: np.ndarray | None = None
) -> dict[str, Any]:
    """Everything `metrics.json` says of a split; JSON-able.

    Args:
        metrics: Of the task.
        answers: On N rows.
        truncated: Whether a text was cut, bool [N].
        in_train: Whether a text is in the training rows too, bool [N]; None where none is.

    Returns:
        `examples`, the task's figures, `truncated_share` and the task's tables. Where texts are in the training rows
        too, `without_leaked` has what is followed of the others, and how many `examples` they are.
    """
    return {
        "examples": len(answers),
        **metrics.figures(answers),
        "truncated_share": float(np.mean(truncated)),
        **metrics.tables(answers),
        **_without_leaked(metrics, answers, in_train),
    }


def _without_leaked(metrics: Metrics, answers: Answers, in_train: np.ndarray | None) -> dict[str, Any]:
    if in_train is None or not in_train.any():
        return {}
    unseen = answers.of(~in_train)
    followed = metrics.after_epoch(unseen) if len(unseen) else {}
    figures = {find_measure(name, metrics.measures).key: value for name, value in followed.items()}
    return {"without_leaked": {"examples": len(unseen), **figures}}


def score_intervals(metrics: Metrics, answers: Answers) -> dict[str, Interval]:
    """95% bootstrap intervals of the measures that are functions of sums, by key; of N ≥ 1 rows."""
    statistics = metrics.statistics(answers)
    if answers.units is not None:
        statistics = statistics.of_units(answers.units)
    shares = {measure.key for measure in metrics.measures if measure.unit == "share"}
    return bootstrap_intervals(statistics, metrics.score, shares=shares)


def row_scores(metrics: Metrics, answers: Answers) -> np.ndarray:
    """What the `row_measure` is of each row alone, float64 [N]: of a share, 1 where the answer is right, else 0.

    NaN for a row that it is not of, since that has no label of its head.
    """
    return metrics.statistics(answers).row_scores(metrics.score)[row_measure(metrics.measures).key]
