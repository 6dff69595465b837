"""What is measured of single labels."""

from typing import Any

import numpy as np

from bert_tf.evaluation.classification import (
    label_figures,
    label_scores,
    label_statistics,
    label_tables,
    scores,
)
from bert_tf.evaluation.row_statistics import RowStatistics
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.classify.measures import FOLLOWED, OTHERS


class ClassifyMetrics:
    """See `Metrics`. The expected labels are ids, int [N], the output is `logits`, float [N, C]."""

    measures = (*FOLLOWED, *OTHERS)

    def after_epoch(self, answers: Answers) -> dict[str, float]:
        """`loss`, `accuracy` and `macro_f1`."""
        return scores(answers.expected, answers.outputs["logits"])

    def figures(self, answers: Answers) -> dict[str, float]:
        """`accuracy`, `macro_f1`, `weighted_f1` and `log_loss`."""
        return label_figures(answers.expected, answers.outputs["logits"])

    def tables(self, answers: Answers) -> dict[str, Any]:
        """`per_class` and `confusion_matrix`."""
        return label_tables(answers.expected, _predicted(answers), answers.facts["label_names"])

    def statistics(self, answers: Answers) -> RowStatistics:
        """Hits and mentions of each label."""
        return label_statistics(answers.expected, _predicted(answers))

    def score(self, sums: np.ndarray) -> dict[str, np.ndarray]:
        """`accuracy` and `macro_f1`."""
        return label_scores(sums)


def _predicted(answers: Answers) -> np.ndarray:
    """Label ids, int64 [N]."""
    return answers.outputs["logits"].argmax(-1)
