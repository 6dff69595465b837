"""Everything the report says of a split's answers, computed from the predictions that the run kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import softmax

from bert_tf.evaluation.calibration import Reliability, fit_temperature, reliability
from bert_tf.evaluation.predictions import Predictions
from bert_tf.evaluation.split_metrics import Answers, Metrics, score_intervals, split_metrics


@dataclass(frozen=True)
class Score:
    """A score and its 95% bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Majority:
    """The label that most training rows have, and how often it would be right; `accuracy` is a share."""

    label: str
    accuracy: float


@dataclass(frozen=True, eq=False)
class Measured:
    """A split's answers and their scores.

    Attributes:
        split: "test", or "validation" where there are no test rows.
        rows: N of them, with labels, texts and lengths.
        probabilities: float [N, C].
        predicted: Label ids, int [N].
        metrics: As in metrics.json.
        accuracy, macro_f1: With intervals.
        accuracy_without_leaked, macro_f1_without_leaked: Of the rows whose text is not in training; None where no text
            is in both, or all are.
        majority: What a model that learnt nothing would reach.
        reliability: Of the probabilities as they are.
        temperature: Fitted on validation rows; None where the split is them, or there are none.
        scaled: Reliability of the probabilities at that temperature.
    """

    split: str
    rows: Predictions
    probabilities: np.ndarray
    predicted: np.ndarray
    metrics: dict[str, Any]
    accuracy: Score
    macro_f1: Score
    accuracy_without_leaked: Score | None
    macro_f1_without_leaked: Score | None
    majority: Majority
    reliability: Reliability
    temperature: float | None
    scaled: Reliability | None

    @property
    def is_better_than_majority(self) -> bool:
        """Whether its accuracy is shown to be above that of always giving the most frequent label."""
        return self.accuracy.low > self.majority.accuracy

    @property
    def confusion(self) -> np.ndarray:
        """int [C, C]; rows are the true labels."""
        return np.array(self.metrics["confusion_matrix"])


def measured(
    splits: Mapping[str, Predictions], metrics: Metrics, *, train_counts: Mapping[str, int], max_tokens: int
) -> Measured | None:
    """Measure the test rows, or the validation rows where there are none; None where there are neither.

    Args:
        splits: Predictions on "validation" and "test", as far as they are there; a split may have no rows.
        metrics: Of the task.
        train_counts: Training rows of each label; none where that isn't known, and then the rows' own count.
        max_tokens: Where texts were cut.
    """
    split = next((name for name in ("test", "validation") if name in splits and len(splits[name])), None)
    if split is None:
        return None
    rows = splits[split]
    probabilities = probabilities_of(rows)
    predicted = probabilities.argmax(-1)
    figures = split_metrics(metrics, rows.answers, truncated=rows.lengths > max_tokens, in_train=rows.in_train)
    scores, rest = _with_intervals(figures, metrics, rows.answers), figures.get("without_leaked", {})
    rest_scores = _with_intervals(rest, metrics, rows.answers.of(~rows.in_train)) if rest.get("examples") else {}
    held_out = splits.get("validation") if split == "test" else None
    temperature = fit_temperature(held_out.labels, held_out.logits) if held_out is not None and len(held_out) else None
    return Measured(
        split=split,
        rows=rows,
        probabilities=probabilities,
        predicted=predicted,
        metrics=figures,
        accuracy=scores["accuracy"],
        macro_f1=scores["macro_f1"],
        accuracy_without_leaked=rest_scores.get("accuracy"),
        macro_f1_without_leaked=rest_scores.get("macro_f1"),
        majority=_majority(rows, train_counts),
        reliability=reliability(rows.labels, probabilities),
        temperature=temperature,
        scaled=reliability(rows.labels, softmax(rows.logits / temperature, axis=-1)) if temperature else None,
    )


def _with_intervals(figures: Mapping[str, Any], metrics: Metrics, answers: Answers) -> dict[str, Score]:
    return {key: Score(figures[key], *interval) for key, interval in score_intervals(metrics, answers).items()}


def probabilities_of(rows: Predictions) -> np.ndarray:
    """Of each label for each row, float64 [N, C]."""
    return softmax(rows.logits.astype(np.float64), axis=-1)


def _majority(rows: Predictions, train_counts: Mapping[str, int]) -> Majority:
    counts = np.bincount(rows.labels, minlength=len(rows.label_names))
    known = np.array([train_counts.get(name, 0) for name in rows.label_names])
    most = int((known if known.any() else counts).argmax())
    return Majority(rows.label_names[most], float(counts[most] / len(rows)))
