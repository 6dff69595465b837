"""Shares of counts, with the interval around each."""

import numpy as np


def wilson_intervals(
    negatives: np.ndarray, events: np.ndarray, *, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Score intervals of shares (Wilson 1927), float64 [N] each; 0 to 1 where nothing was counted.

    Args:
        negatives: int64 [N].
        events: At least as many, int64 [N].
        level: Probability that an interval holds the share, in (0, 1).
    """
    from scipy.stats import norm

    z = norm.ppf((1 + level) / 2)
    counted = np.maximum(events, 1)
    share = negatives / counted
    middle = (share + z**2 / (2 * counted)) / (1 + z**2 / counted)
    half = z * np.sqrt(share * (1 - share) / counted + z**2 / (4 * counted**2)) / (1 + z**2 / counted)
    low, high = np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)
    return np.where(events > 0, low, 0.0), np.where(events > 0, high, 1.0)
