"""What is measured of sets of labels. scikit-learn does the arithmetic of rankings."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.evaluation.average_precision import average_precisions
from bert_tf.evaluation.row_statistics import RowStatistics
from bert_tf.evaluation.split_metrics import Answers, score_intervals
from bert_tf.tasks.multilabel.answered_labels import names_of, probabilities_of, row_losses, selected_of, thresholds_of
from bert_tf.tasks.multilabel.decision_thresholds import best_thresholds, with_thresholds
from bert_tf.tasks.multilabel.measures import FOLLOWED, OTHERS


class MultilabelMetrics:
    """See `Metrics`. The expected labels are bool [N, C], the output is `logits`, float [N, C].

    A row gets the labels whose probability reaches the threshold among the answers' facts.
    """

    measures = (*FOLLOWED, *OTHERS)

    def chosen(self, answers: Answers) -> dict[str, Any]:
        """`thresholds`, for each label the one with the largest F1."""
        return {"thresholds": best_thresholds(answers.expected, probabilities_of(answers))}

    def after_epoch(self, answers: Answers) -> dict[str, float]:
        """`macro_f1`, `micro_f1`, `mean_average_precision` and `loss`, with thresholds chosen as at the end."""
        figures = self.figures(with_thresholds(answers))
        return {measure.epoch_key or measure.key: figures[measure.key] for measure in FOLLOWED}

    def figures(self, answers: Answers) -> dict[str, float]:
        """`macro_f1`, `micro_f1`, `mean_average_precision`, `log_loss` and `exact_match`."""
        scores = {key: float(value) for key, value in self.score(self.statistics(answers).sums()).items()}
        others = {
            "mean_average_precision": _mean(average_precisions(answers.expected, probabilities_of(answers))),
            "log_loss": float(row_losses(answers).mean()),
        }
        return {measure.key: {**scores, **others}[measure.key] for measure in self.measures}

    def tables(self, answers: Answers) -> dict[str, Any]:
        """`per_class`: figures by label, with its threshold; `intervals`, 95%, of the scores that have one."""
        expected, selected = answers.expected, selected_of(answers)
        hits, named = (expected & selected).sum(0), expected.sum(0) + selected.sum(0)
        columns = {
            "precision": _shares(hits, selected.sum(0)),
            "recall": _shares(hits, expected.sum(0)),
            "f1": _shares(2 * hits, named),
            "average_precision": average_precisions(expected, probabilities_of(answers)),
            "support": expected.sum(0),
            "selected": selected.sum(0),
            "threshold": thresholds_of(answers.facts),
        }
        intervals = {key: list(interval) for key, interval in score_intervals(self, answers).items()}
        return {"per_class": _by_label(names_of(answers), columns), "intervals": intervals}

    def statistics(self, answers: Answers) -> RowStatistics:
        """For each label whether it is a hit and how often it is named; whether all of a row is right; and 1."""
        expected, selected = answers.expected, selected_of(answers)
        cells, line_of = np.unique(np.concatenate([expected, selected], axis=1), axis=0, return_inverse=True)
        is_expected, is_selected = np.split(cells.astype(np.float64), 2, axis=1)
        is_right = (is_expected == is_selected).all(1, keepdims=True)
        ones = np.ones((len(cells), 1))
        table = np.concatenate([is_expected * is_selected, is_expected + is_selected, is_right, ones], axis=1)
        # F1 is of twice the hits, among the labels expected and those selected.
        named = (int(expected.sum()) + int(selected.sum())) // 2
        return RowStatistics(table, line_of.reshape(-1), dict.fromkeys(("macro_f1", "micro_f1"), named))

    def score(self, sums: np.ndarray) -> dict[str, np.ndarray]:
        """`macro_f1` over the labels that occur in labels or answers, `micro_f1` and `exact_match`.

        Where no label occurs in either, all is as it should be, and F1 is 1.
        """
        labels = (sums.shape[-1] - 2) // 2
        hits, named, right = sums[..., :labels], sums[..., labels : 2 * labels], sums[..., -2]
        occur = (named > 0).sum(-1)
        f1 = np.divide(2 * hits, named, out=np.zeros(named.shape), where=named > 0)
        return {
            "macro_f1": _or_one(f1.sum(-1), occur),
            "micro_f1": _or_one(2 * hits.sum(-1), named.sum(-1)),
            "exact_match": right / sums[..., -1],
        }


def _mean(values: np.ndarray) -> float:
    return float(np.nanmean(values)) if not np.isnan(values).all() else 0.0


def _shares(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def _or_one(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.ones(np.shape(whole)), where=whole > 0)


def _by_label(names: Sequence[str], columns: Mapping[str, np.ndarray]) -> dict[str, dict[str, Any]]:
    # JSON has no NaN.
    return {
        name: {key: None if np.isnan(values[place]) else values[place].item() for key, values in columns.items()}
        for place, name in enumerate(names)
    }
