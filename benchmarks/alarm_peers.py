"""What one would do without a detector: look at each day's share when the day is over.

Both are tuned on the very series that are measured, to as many false alarms as the detector had: better than anyone
could tune them beforehand.
"""

from collections.abc import Callable

import numpy as np


def z_scores(quiet: np.ndarray, later: np.ndarray) -> np.ndarray:
    """Of daily shares by mean and deviation of a quiet period: float64 [D] of [Q] and [D]."""
    return np.asarray((later - quiet.mean()) / quiet.std(ddof=1))


def plain_shares(quiet: np.ndarray, later: np.ndarray) -> np.ndarray:
    """The shares themselves, for a fixed threshold."""
    del quiet
    return later


PEERS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "z-score of daily shares": z_scores,
    "fixed threshold of daily shares": plain_shares,
}


def tuned(values: np.ndarray, *, alarms: int) -> float:
    """The least limit at which values of quiet days [S, D] raise at most so many alarms; days in a row are one."""
    low, high = float(values.min()), float(values.max()) + 1e-9
    for _ in range(60):
        middle = (low + high) / 2
        # Below the median, most days are one long alarm.
        too_low = middle < np.median(values) or count_alarms(values, middle) > alarms
        low, high = (middle, high) if too_low else (low, middle)
    return high


def count_alarms(values: np.ndarray, limit: float) -> int:
    above = values > limit
    return int((above[:, 1:] & ~above[:, :-1]).sum() + above[:, 0].sum())


def first_alarm(values: np.ndarray, limit: float) -> int | None:
    """The day [D] that raises an alarm first."""
    above = np.flatnonzero(values > limit)
    return int(above[0]) if len(above) else None
