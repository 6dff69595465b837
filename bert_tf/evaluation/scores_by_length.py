"""Whether the score depends on how long a text is."""

from dataclasses import dataclass

import numpy as np

from bert_tf.evaluation.intervals import Interval

_FEWEST = 10  # rows of a group
_LEVEL = 0.95


@dataclass(frozen=True)
class LengthGroup:
    """Rows of like length.

    Attributes:
        shortest, longest: In tokens before the cut.
        rows: How many.
        score: The mean of theirs.
        low, high: Its 95% interval: Wilson's of a share, Student's of another mean.
    """

    shortest: int
    longest: int
    rows: int
    score: float
    low: float
    high: float


def scores_by_length(
    row_scores: np.ndarray, lengths: np.ndarray, *, is_share: bool, groups: int = 6
) -> list[LengthGroup]:
    """Sort rows by length into groups of like size, at least ten rows each, and score each; texts of one length stay
    together.

    Args:
        row_scores: Of each row alone, float [N], N ≥ 1; see `split_metrics.row_scores`. Rows without one, NaN, are left
            out.
        lengths: Tokens of each text, int [N].
        is_share: Whether the scores are 1 for a right answer and 0 for a wrong one.
        groups: At most so many.
    """
    if np.isfinite(row_scores).any():
        row_scores, lengths = row_scores[~np.isnan(row_scores)], lengths[~np.isnan(row_scores)]
    wanted = max(1, min(groups, len(lengths) // _FEWEST))
    edges = np.unique(np.quantile(lengths, np.arange(1, wanted) / wanted, method="lower"))
    # A group ends with its edge; the last has what is longer.
    group_of = np.searchsorted(edges, lengths, side="left")
    found = []
    for group in np.unique(group_of):
        of_group, scores = lengths[group_of == group], row_scores[group_of == group]
        interval = _wilson(scores) if is_share else _student(scores)
        found.append(
            LengthGroup(int(of_group.min()), int(of_group.max()), len(scores), float(scores.mean()), *interval)
        )
    return found


def _wilson(scores: np.ndarray) -> Interval:
    from scipy.stats import binomtest

    interval = binomtest(round(float(scores.sum())), len(scores)).proportion_ci(_LEVEL, method="wilson")
    return Interval(float(interval.low), float(interval.high))


def _student(scores: np.ndarray) -> Interval:
    """Of a mean (Student 1908); of one row, or of equal ones, the mean itself."""
    from scipy.stats import sem, t

    mean, spread = float(scores.mean()), float(sem(scores)) if len(scores) > 1 else 0.0
    if not spread:
        return Interval(mean, mean)
    low, high = t.interval(_LEVEL, len(scores) - 1, loc=mean, scale=spread)
    return Interval(float(low), float(high))
