"""Whether one classifier is better than another on the same rows."""

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax


@dataclass(frozen=True)
class Paired:
    """Two classifiers on the same rows.

    Attributes:
        difference: Accuracy of the first minus that of the second.
        low: Lower end of the bootstrap interval of the difference.
        high: Its upper end.
        p_value: Of McNemar's exact test, two-sided: how likely so uneven a split of the rows where only one of the two
            is right would be if both were equally good; 1 where there are no such rows.
        only_first: Rows where the first is right and the second is wrong.
        only_second: Rows where the second is right and the first is wrong.
    """

    difference: float
    low: float
    high: float
    p_value: float
    only_first: int
    only_second: int


def paired_accuracy(
    labels: np.ndarray,
    predicted: np.ndarray,
    reference: np.ndarray,
    *,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Paired:
    """Compare the accuracies of two classifiers by the rows that both answered.

    The interval is the paired percentile bootstrap (Efron and Tibshirani 1993): rows are drawn with both answers. The
    test is McNemar's, exact (1947).

    Args:
        labels: Label ids, int [N], at least one.
        predicted: Label ids that the first classifier answered, int [N].
        reference: Label ids that the second answered, int [N].
        level: Share of the resamples that the interval holds, 0 to 1.
        resamples: Draws of N rows.
        seed: Of the draws.
    """
    from scipy.stats import binomtest

    first, second = predicted == labels, reference == labels
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    apart, rows = only_first + only_second, len(labels)
    # The difference depends on how many rows of each kind are drawn and on nothing else, so these counts are drawn.
    shares = np.array([only_first, only_second, rows - apart]) / rows
    drawn = np.random.default_rng(seed).multinomial(rows, shares, size=resamples)
    tail = (1 - level) / 2
    low, high = np.quantile((drawn[:, 0] - drawn[:, 1]) / rows, [tail, 1 - tail])
    return Paired(
        difference=(only_first - only_second) / rows,
        low=float(low),
        high=float(high),
        p_value=float(binomtest(only_first, apart).pvalue) if apart else 1.0,
        only_first=only_first,
        only_second=only_second,
    )


def disagreements(labels: np.ndarray, logits: np.ndarray, reference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows where one classifier is right and the other wrong, those first where both are sure of their answer.

    Args:
        labels: Label ids, int [N].
        logits: Of the first classifier, float [N, C].
        reference: Of the second, float [N, C].

    Returns:
        Rows where only the first is right, and rows where only the second is; int [n]. They are ordered by the
        probability of the less sure of the two answers, falling.
    """
    first, second = logits.argmax(-1) == labels, reference.argmax(-1) == labels
    apart = np.flatnonzero(first != second)
    surest = (softmax(each[apart].astype(np.float64), axis=-1).max(-1) for each in (logits, reference))
    apart = apart[np.argsort(-np.minimum(*surest), kind="stable")]
    return apart[first[apart]], apart[second[apart]]
