"""What a report says of sets of labels beside scores: what a constant answer would reach, and what is missed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bert_tf.report.contents import Contents
from bert_tf.report.measured import Measured
from bert_tf.tasks.multilabel.answered_labels import names_of, probabilities_of, row_losses, selected_of


@dataclass(frozen=True, eq=False)
class MeasuredSets:
    """Of a split's answers.

    Attributes:
        found: The same answers and their scores.
        probabilities: float64 [N, C].
        selected: bool [N, C].
        losses: Log loss of each row, float64 [N].
        baseline: Macro F1 of giving every text every label, the best of answers that are the same for all texts.
        chosen_on: Validation rows that have each label, int [C], by which its threshold was chosen; empty where they
            are not known.
    """

    found: Measured
    probabilities: np.ndarray
    selected: np.ndarray
    losses: np.ndarray
    baseline: float
    chosen_on: Sequence[int]

    @property
    def expected(self) -> np.ndarray:
        """bool [N, C]."""
        return self.found.rows.answers.expected

    @property
    def label_names(self) -> tuple[str, ...]:
        """By label id."""
        return names_of(self.found.rows.answers)

    @property
    def wrong(self) -> np.ndarray:
        """Rows with a label too many or too few, largest log loss first; int64 [n]."""
        rows = np.flatnonzero((self.selected != self.expected).any(1))
        return rows[np.argsort(-self.losses[rows], kind="stable")]

    @property
    def missed(self) -> np.ndarray:
        """Labels that rows have and didn't get, bool [N, C]."""
        return self.expected & ~self.selected

    @property
    def too_many(self) -> np.ndarray:
        """Labels that rows got and don't have, bool [N, C]."""
        return self.selected & ~self.expected

    @property
    def is_better_than_constant(self) -> bool:
        """Whether its macro F1 is shown to be above the baseline."""
        return self.found.score.low > self.baseline


def measured_sets(contents: Contents, found: Measured) -> MeasuredSets:
    """Measure the split that the report shows."""
    answers = found.rows.answers
    validation = contents.splits.get("validation")
    return MeasuredSets(
        found=found,
        probabilities=probabilities_of(answers),
        selected=selected_of(answers),
        losses=row_losses(answers),
        baseline=constant_macro_f1(answers.expected),
        chosen_on=() if validation is None else list(map(int, validation.answers.expected.sum(0))),
    )


def constant_macro_f1(expected: np.ndarray) -> float:
    """Macro F1 of giving each of N rows each label that occurs: the mean of 2p / (1 + p) of their shares p."""
    shares = expected.mean(0)
    occurring = shares[shares > 0]
    return float((2 * occurring / (1 + occurring)).mean()) if len(occurring) else 1.0
