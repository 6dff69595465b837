"""What the report says of a split's answers whatever they are, computed from the predictions that the run kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bert_tf.evaluation.predictions import Predictions
from bert_tf.evaluation.scores_by_length import LengthGroup, scores_by_length
from bert_tf.evaluation.split_metrics import Answers, Metrics, row_scores, score_intervals, split_metrics
from bert_tf.measures import Measure, row_measure
from bert_tf.runs.run_metrics import measured_split


@dataclass(frozen=True)
class Score:
    """A score and its 95% bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Measured:
    """A split's answers and their scores.

    Attributes:
        split: "test", or "validation" where there are no test rows.
        rows: N of them, with answers, texts and lengths.
        metrics: As in metrics.json.
        measures: Those that have intervals; the one that tells most comes first.
        scores: With intervals, by the keys of `measures`.
        without_leaked: The same of the rows whose text is not in training; empty where no text is in both, or all are.
        by_length: The `row_measure` of texts of like length.
    """

    split: str
    rows: Predictions
    metrics: dict[str, Any]
    measures: tuple[Measure, ...]
    scores: Mapping[str, Score]
    without_leaked: Mapping[str, Score]
    by_length: Sequence[LengthGroup]

    @property
    def judged_by(self) -> Measure:
        """The measure that tells most."""
        return self.measures[0]

    @property
    def row_measure(self) -> Measure:
        """The measure by which rows are held against each other."""
        return row_measure(self.measures)

    @property
    def score(self) -> Score:
        """Of that measure."""
        return self.scores[self.judged_by.key]


def measured(splits: Mapping[str, Predictions], metrics: Metrics, *, max_tokens: int) -> Measured | None:
    """Measure the test rows, or the validation rows where there are none; None where there are neither.

    Args:
        splits: Predictions on "validation" and "test", as far as they are there; a split may have no rows.
        metrics: Of the task.
        max_tokens: Where texts were cut.
    """
    split = measured_split({name for name, rows in splits.items() if len(rows)})
    if split is None:
        return None
    rows = splits[split]
    figures = split_metrics(metrics, rows.answers, truncated=rows.lengths > max_tokens, in_train=rows.in_train)
    scores, rest = _with_intervals(figures, metrics, rows.answers), figures.get("without_leaked", {})
    is_share = row_measure(metrics.measures).unit == "share"
    return Measured(
        split=split,
        rows=rows,
        metrics=figures,
        measures=tuple(measure for measure in metrics.measures if measure.key in scores),
        scores=scores,
        without_leaked=_with_intervals(rest, metrics, rows.answers.of(~rows.in_train)) if rest.get("examples") else {},
        by_length=scores_by_length(row_scores(metrics, rows.answers), rows.lengths, is_share=is_share),
    )


def _with_intervals(figures: Mapping[str, Any], metrics: Metrics, answers: Answers) -> dict[str, Score]:
    # Of rows that are apart from others, only what is followed while training is measured.
    intervals = score_intervals(metrics, answers)
    return {key: Score(figures[key], *interval) for key, interval in intervals.items() if key in figures}
