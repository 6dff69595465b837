"""Whether the score depends on how long a text is."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

_FEWEST = 10  # rows of a group


@dataclass(frozen=True)
class LengthGroup:
    """Rows of like length.

    Attributes:
        shortest, longest: In tokens before the cut.
        rows: How many.
        accuracy: Of them.
        low, high: Its 95% Wilson score interval.
    """

    shortest: int
    longest: int
    rows: int
    accuracy: float
    low: float
    high: float


def accuracy_by_length(right: np.ndarray, lengths: np.ndarray, *, groups: int = 6) -> list[LengthGroup]:
    """Sort rows by length into groups of like size, at least ten rows each, and score each; texts of one length stay
    together.

    Args:
        right: Whether each answer is right, bool [N], N ≥ 1.
        lengths: Tokens of each text, int [N].
        groups: At most so many.
    """
    wanted = max(1, min(groups, len(lengths) // _FEWEST))
    edges = np.unique(np.quantile(lengths, np.arange(1, wanted) / wanted, method="lower"))
    # A group ends with its edge; the last has what is longer.
    group_of = np.searchsorted(edges, lengths, side="left")
    return [_group(right[group_of == group], lengths[group_of == group]) for group in np.unique(group_of)]


def _group(right: np.ndarray, lengths: np.ndarray) -> LengthGroup:
    hits, rows = int(right.sum()), len(right)
    interval = binomtest(hits, rows).proportion_ci(method="wilson")
    return LengthGroup(
        int(lengths.min()), int(lengths.max()), rows, hits / rows, float(interval.low), float(interval.high)
    )
