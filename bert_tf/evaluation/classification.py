"""What is measured of single-label predictions. scikit-learn does the arithmetic of finished models.

It is imported when that is asked for, and not for what is followed while training: half a second, and 50 MiB beside
weights and moments.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import log_softmax

from bert_tf.evaluation.intervals import Interval, bootstrap_intervals
from bert_tf.evaluation.row_statistics import RowStatistics


def scores(labels: np.ndarray, logits: np.ndarray) -> dict[str, float]:
    """The few figures that are followed while training.

    Args:
        labels: Label ids, int [N].
        logits: float [N, C].

    Returns:
        `loss`, the mean cross-entropy in nats without label smoothing or weights; `accuracy`; `macro_f1`, the mean
        over the classes that occur in labels or predictions.
    """
    predicted, log_probabilities = logits.argmax(-1), log_softmax(logits.astype(np.float64), axis=-1)
    named = np.bincount(np.concatenate([labels, predicted]))
    hits = np.bincount(labels[labels == predicted], minlength=len(named))
    return {
        "loss": float(-log_probabilities[np.arange(len(labels)), labels].mean()),
        **{name: float(score) for name, score in label_scores(np.concatenate([hits, named])).items()},
    }


def label_figures(labels: np.ndarray, logits: np.ndarray) -> dict[str, float]:
    """`accuracy`, `macro_f1`, `weighted_f1` and `log_loss`, the loss of `scores`; arguments as of `scores`."""
    from sklearn.metrics import f1_score

    followed = scores(labels, logits)
    return {
        "accuracy": followed["accuracy"],
        "macro_f1": followed["macro_f1"],
        "weighted_f1": float(f1_score(labels, logits.argmax(-1), average="weighted", zero_division=0)),
        "log_loss": followed["loss"],
    }


def label_tables(labels: np.ndarray, predicted: np.ndarray, label_names: Sequence[str]) -> dict[str, Any]:
    """What is known of each label; JSON-able.

    Args:
        labels: Label ids, int [N].
        predicted: Label ids, int [N].
        label_names: C names.

    Returns:
        `per_class` (label name to precision, recall, f1, support) and `confusion_matrix` (rows: true, columns:
        predicted).
    """
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    ids = np.arange(len(label_names))
    columns = precision_recall_fscore_support(labels, predicted, labels=ids, zero_division=0)
    return {
        "per_class": {
            name: {"precision": float(p), "recall": float(r), "f1": float(f), "support": int(s)}
            for name, p, r, f, s in zip(label_names, *columns, strict=True)
        },
        "confusion_matrix": confusion_matrix(labels, predicted, labels=ids).tolist(),
    }


def label_statistics(labels: np.ndarray, predicted: np.ndarray) -> RowStatistics:
    """For each class up to the last that occurs: whether the row is a hit of it, and how often it is named.

    Args:
        labels: Label ids, int [N], N ≥ 1.
        predicted: Label ids, int [N].

    Returns:
        Rows with the same two labels share a line; S is twice the number of classes.
    """
    count = int(max(labels.max(), predicted.max())) + 1
    cells, line_of = np.unique(labels.astype(np.int64) * count + predicted, return_inverse=True)
    is_true, is_predicted = (np.eye(count)[side] for side in divmod(cells, count))
    return RowStatistics(np.concatenate([is_true * is_predicted, is_true + is_predicted], axis=1), line_of)


def label_scores(sums: np.ndarray) -> dict[str, np.ndarray]:
    """`accuracy`, and `macro_f1` over the classes that occur; from sums of `label_statistics`."""
    hits, named = np.split(sums, 2, axis=-1)
    # 2 TP / (2 TP + FP + FN): rows of the class plus rows that were said to be of it.
    f1 = np.divide(2 * hits, named, out=np.zeros(named.shape), where=named > 0)
    return {
        "accuracy": 2 * hits.sum(-1) / named.sum(-1),
        "macro_f1": f1.sum(-1) / (named > 0).sum(-1),
    }


def label_intervals(labels: np.ndarray, predicted: np.ndarray, **settings: Any) -> dict[str, Interval]:
    """Bootstrap intervals of `label_scores`, with the settings of `bootstrap_intervals`; labels as above."""
    statistics = label_statistics(labels, predicted)
    return bootstrap_intervals(statistics, label_scores, shares=("accuracy", "macro_f1"), **settings)
