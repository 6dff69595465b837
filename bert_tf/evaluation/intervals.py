"""How far a score could be off by the luck of which rows were drawn."""

from collections.abc import Container
from typing import NamedTuple

import numpy as np

from bert_tf.evaluation.row_statistics import RowStatistics, Score


class Interval(NamedTuple):
    """Ends of an interval around a score."""

    low: float
    high: float


def bootstrap_intervals(
    statistics: RowStatistics,
    score: Score,
    *,
    shares: Container[str],
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> dict[str, Interval]:
    """Percentile bootstrap intervals of all scores (Efron & Tibshirani 1993, chapter 13).

    A share of 0 or 1 is one in every resample, and the bootstrap would call it certain: there, Wilson's interval (1927)
    of a share of the rows stands for it, or of the statistics' `things`.

    Args:
        statistics: Of N ≥ 1 rows.
        score: From their sums to the scores.
        shares: Scores that are shares, such as F1.
        level: Share of the resamples inside, in (0, 1).
        resamples: How many are drawn.
        seed: Of the draw.
    """
    resampled = score(statistics.resampled_sums(resamples=resamples, seed=seed))
    # No score follows from a draw without any row that it is of.
    drawn = {
        key: values[~np.isnan(values)] if np.isfinite(values).any() else values for key, values in resampled.items()
    }
    tails = [(1 - level) / 2, (1 + level) / 2]
    return {
        key: share_interval(float(value), statistics.things.get(key, len(statistics)), level)
        if key in shares and value in (0, 1)
        else Interval(*map(float, np.quantile(drawn[key], tails)))
        for key, value in score(statistics.sums()).items()
    }


def share_interval(share: float, things: int, level: float = 0.95) -> Interval:
    """Wilson's interval of a share of some things; anything from 0 to 1 where there are none."""
    from scipy.stats import binomtest

    if not things:
        return Interval(0.0, 1.0)
    found = binomtest(round(share * things), things).proportion_ci(level, method="wilson")
    return Interval(float(found.low), float(found.high))
