"""What a task has a say in when two of its models are compared on the same rows."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.report.compared_runs import Answer, Breakdown
from bert_tf.report.paired_words import PairedWords


class TaskComparison(Protocol):
    """What a task says of two of its models on the same rows; `comparison.py` of each task."""

    @property
    def words(self) -> PairedWords: ...

    def apart(self, first: Answers, second: Answers) -> tuple[np.ndarray, np.ndarray]:
        """Rows that the first has better, and rows that the second has; int [n], those first that tell most."""

    def expected(self, answers: Answers, row: int) -> str:
        """What is right of a row."""

    def answer(self, answers: Answers, row: int, *, is_better: bool) -> Answer:
        """What was answered on a row that one of the two has better, and whether it is this one."""

    def breakdown(self, figures: Sequence[Mapping[str, Any]]) -> Breakdown | None:
        """A score of each part of the data in each run; None for a task whose data has no parts.

        It has no lines where the runs can't be held side by side so.

        Args:
            figures: Of the split in metrics.json, for each run; empty for one that wasn't measured.
        """
