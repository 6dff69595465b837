"""What is measured of single-label predictions. scikit-learn does the arithmetic.

It is imported when the first figure is asked for: that takes half a second, which no first step should wait for.
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
    from sklearn.metrics import accuracy_score, f1_score

    predicted = logits.argmax(-1)
    log_probabilities = log_softmax(logits.astype(np.float64), axis=-1)
    return {
        "loss": float(-log_probabilities[np.arange(len(labels)), labels].mean()),
        "accuracy": float(accuracy_score(labels, predicted)),
        "macro_f1": float(f1_score(labels, predicted, average="macro", zero_division=0)),
    }


def classification_metrics(
    labels: np.ndarray,
    logits: np.ndarray,
    *,
    label_names: Sequence[str],
    truncated: np.ndarray,
    in_train: np.ndarray | None = None,
) -> dict[str, Any]:
    """Everything `metrics.json` says of a split; JSON-able.

    Args:
        labels: Label ids, int [N].
        logits: float [N, C].
        label_names: C names.
        truncated: Whether a text was cut, bool [N].
        in_train: Whether a text is in the training rows too, bool [N]; None where none is.

    Returns:
        `examples`, `scores`' figures with the loss as `log_loss`, `weighted_f1`, `truncated_share`, `per_class` (label
        name to precision, recall, f1, support) and `confusion_matrix` (rows: true, columns: predicted). Where texts
        are in the training rows too, `without_leaked` has the scores of the others, and how many `examples` they are.
    """
    from sklearn.metrics import confusion_matrix, f1_score, precision_recall_fscore_support

    predicted = logits.argmax(-1)
    ids = np.arange(len(label_names))
    figures = scores(labels, logits)
    columns = precision_recall_fscore_support(labels, predicted, labels=ids, zero_division=0)
    return {
        "examples": len(labels),
        "accuracy": figures["accuracy"],
        "macro_f1": figures["macro_f1"],
        "weighted_f1": float(f1_score(labels, predicted, average="weighted", zero_division=0)),
        "log_loss": figures["loss"],
        "truncated_share": float(np.mean(truncated)),
        "per_class": {
            name: {"precision": float(p), "recall": float(r), "f1": float(f), "support": int(s)}
            for name, p, r, f, s in zip(label_names, *columns, strict=True)
        },
        "confusion_matrix": confusion_matrix(labels, predicted, labels=ids).tolist(),
        **_without_leaked(labels, logits, in_train),
    }


def _without_leaked(labels: np.ndarray, logits: np.ndarray, in_train: np.ndarray | None) -> dict[str, Any]:
    if in_train is None or not in_train.any():
        return {}
    unseen = ~in_train
    figures = scores(labels[unseen], logits[unseen]) if unseen.any() else {}
    named = {name.replace("loss", "log_loss"): figure for name, figure in figures.items()}
    return {"without_leaked": {"examples": int(unseen.sum()), **named}}


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
