"""Whether one model is better than another on the same rows."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from bert_tf.evaluation.row_statistics import RowStatistics


@dataclass(frozen=True)
class Paired:
    """Two models on the same rows.

    Attributes:
        difference: Score of the first minus that of the second, whichever is better.
        low: Lower end of the bootstrap interval of the difference.
        high: Its upper end.
        p_value: Of the exact sign test, two-sided: how likely so uneven a split of the rows where the two differ would
            be if both were equally good; 1 where there are no such rows. Where rows are right or wrong, this is
            McNemar's exact test.
        only_first: Rows where the first has the better score: is right and the second is wrong, or is closer.
        only_second: Rows where the second has it.
    """

    difference: float
    low: float
    high: float
    p_value: float
    only_first: int
    only_second: int


def paired_difference(
    first: np.ndarray,
    second: np.ndarray,
    *,
    better: Literal["more", "less"] = "more",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Paired:
    """Compare two models by a score that is a mean over rows, such as a share or the mean absolute error.

    The interval is the paired percentile bootstrap (Efron and Tibshirani 1993): rows are drawn with both scores. The
    test is the sign test, McNemar's where scores are 0 or 1, exact (1947).

    Args:
        first: Scores of the first model on N ≥ 1 rows, float [N]; see `RowStatistics.row_scores`. Rows without a score,
            NaN, are left out.
        second: Of the second on the same rows.
        better: Whether more or less of the score is better.
        level: Share of the resamples that the interval holds, 0 to 1.
        resamples: Draws of N rows.
        seed: Of the draws.
    """
    from scipy.stats import binomtest

    differences = first - second
    if np.isfinite(differences).any():
        differences = differences[~np.isnan(differences)]
    higher, lower = int((differences > 0).sum()), int((differences < 0).sum())
    only_first, only_second = (higher, lower) if better == "more" else (lower, higher)
    apart, tail = only_first + only_second, (1 - level) / 2
    means = _statistics(differences).resampled_sums(resamples=resamples, seed=seed)[:, 0] / len(differences)
    low, high = np.quantile(means, [tail, 1 - tail])
    return Paired(
        difference=float(differences.mean()),
        low=float(low),
        high=float(high),
        p_value=float(binomtest(only_first, apart).pvalue) if apart else 1.0,
        only_first=only_first,
        only_second=only_second,
    )


def _statistics(differences: np.ndarray) -> RowStatistics:
    """Of float [N]: a line for each value there is, the largest first whatever their signs."""
    values, line_of = np.unique(differences, return_inverse=True)
    order = np.lexsort((-values, -np.abs(values)))
    return RowStatistics(values[order, np.newaxis], np.argsort(order)[line_of])


def right_alone(first: np.ndarray, second: np.ndarray, *, gaps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows that only the first has right, and rows that only the second has, int64 [n], those first that differ most.

    Args:
        first, second: Whether each has a row right, bool [N].
        gaps: How much the two differ on a row, float [N].
    """
    order = np.argsort(-gaps, kind="stable")
    return order[(first & ~second)[order]], order[(second & ~first)[order]]
