"""Cumulative sums of evidence for a surge, and for its end."""

from dataclasses import dataclass
from typing import Self

import numpy as np


@dataclass
class Cusums:
    """Page's cumulative sums (1954) for J sizes of a surge at once, of any number of series and limits.

    A sum that falls below 0 begins anew, so that its last beginning is the most likely one of a surge, and the largest
    mean delay is the least that a false-alarm rate allows (Lorden 1971; Moustakides 1986). The first to reach its limit
    raises an alarm. From then on, evidence for a return to the usual share is summed up against the smallest surge, so
    that a surge that only abates raises no second alarm; the alarm stays on until that reaches the smallest of the
    limits, and then all begins anew.

    Attributes:
        evidence: For each surge, float [J, ...], ≥ 0.
        usual: For the return, float [...], ≥ 0; 0 without an alarm.
        alarmed: bool [...].
    """

    evidence: np.ndarray
    usual: np.ndarray
    alarmed: np.ndarray

    @classmethod
    def at_rest(cls, *shape: int, dtype: type = np.float64) -> Self:
        """No evidence yet: shape is [J, ...]."""
        return cls(np.zeros(shape, dtype), np.zeros(shape[1:], dtype), np.zeros(shape[1:], bool))

    def add(self, ratios: np.ndarray, limits: np.ndarray) -> np.ndarray:
        """Add a bucket; whether it raises an alarm, bool [...].

        Args:
            ratios: Its log-likelihood ratios, see `surge_evidence`; to be broadcast to [J, ...].
            limits: Of the sums, the smallest surge first, float [J, ...].
        """
        self.evidence = np.maximum(self.evidence + ratios, 0)
        raised = np.asarray((self.evidence >= limits).any(0) & ~self.alarmed)
        self.usual = np.where(self.alarmed, np.maximum(self.usual - ratios[0], 0), 0)
        ended = self.alarmed & (self.usual >= limits.min(0))
        self.alarmed = (self.alarmed | raised) & ~ended
        if ended.any():
            self.evidence = np.where(ended, 0, self.evidence)
            self.usual = np.where(ended, 0, self.usual)
        return raised
