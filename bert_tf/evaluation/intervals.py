"""How far a score could be off by the luck of which rows were drawn."""

from typing import Literal

import numpy as np

Metric = Literal["accuracy", "macro_f1"]


def bootstrap_interval(
    labels: np.ndarray,
    predicted: np.ndarray,
    *,
    metric: Metric = "accuracy",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile bootstrap interval of a score (Efron & Tibshirani 1993, chapter 13).

    A resample of the rows is a multinomial draw from the cells of the confusion matrix, so its cost is in the number
    of cells that occur and not in the number of rows.

    Where every row is right, or every one wrong, so is every resample, and the bootstrap would call the score certain:
    there, Wilson's interval of the accuracy (1927) stands for either metric.

    Args:
        labels: Label ids, int [N], N ≥ 1.
        predicted: Label ids, int [N].
        metric: `macro_f1` is the mean over the classes that occur in a resample's labels or predictions.
        level: Share of the resamples inside, in (0, 1).
        resamples: How many are drawn.
        seed: Of the draw.

    Returns:
        Lower and upper end, in [0, 1].
    """
    hits = int((labels == predicted).sum())
    if hits in (0, len(labels)):
        from scipy.stats import binomtest

        wilson = binomtest(hits, len(labels)).proportion_ci(level, method="wilson")
        return float(wilson.low), float(wilson.high)
    cells, counts = np.unique(np.stack([labels, predicted]), axis=1, return_counts=True)
    draws = np.random.default_rng(seed).multinomial(len(labels), counts / len(labels), size=resamples)
    scores = (_accuracy if metric == "accuracy" else _macro_f1)(draws, cells)
    low, high = np.quantile(scores, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _accuracy(draws: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Of each resample; draws [R, K] of cells [2, K], whose rows are true and predicted label."""
    return draws[:, cells[0] == cells[1]].sum(1) / draws.sum(1)


def _macro_f1(draws: np.ndarray, cells: np.ndarray) -> np.ndarray:
    classes = np.arange(cells.max() + 1)[:, None]
    is_true, is_predicted = cells[0] == classes, cells[1] == classes
    # 2 TP / (2 TP + FP + FN): rows of the class plus rows that were said to be of it.
    hits = draws @ (is_true & is_predicted).T
    total = draws @ (is_true.astype(int) + is_predicted).T
    f1 = np.divide(2 * hits, total, out=np.zeros(total.shape), where=total > 0)
    return f1.sum(1) / (total > 0).sum(1)
