"""Whether a probability means what it says, and the one number that mends most of it."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from scipy.stats import binned_statistic

_BINS = 10
_LARGEST_LOG = 5.0  # a temperature between 1/148 and 148


@dataclass(frozen=True, eq=False)
class Reliability:
    """Confidence against accuracy in bins of equal width.

    Attributes:
        confidence: Mean probability of the predicted label in each bin that has rows, float [B].
        accuracy: Share of right answers in each, float [B].
        counts: Rows in each, int [B].
        error: Expected calibration error: the mean of |accuracy - confidence| over all rows (Naeini et al. 2015).
    """

    confidence: np.ndarray
    accuracy: np.ndarray
    counts: np.ndarray
    error: float


def reliability(labels: np.ndarray, probabilities: np.ndarray, *, bins: int = _BINS) -> Reliability:
    """Compare how sure a model is with how often it is right.

    Args:
        labels: Label ids, int [N], N ≥ 1.
        probabilities: float [N, C].
        bins: Of equal width over [0, 1].
    """
    confidence = probabilities.max(-1)
    right = (probabilities.argmax(-1) == labels).astype(float)
    means, _, _ = binned_statistic(confidence, [confidence, right], statistic="mean", bins=bins, range=(0, 1))
    counts, _ = np.histogram(confidence, bins=bins, range=(0, 1))
    filled = counts > 0
    mean_confidence, accuracy, counts = means[0][filled], means[1][filled], counts[filled]
    error = float(np.average(np.abs(accuracy - mean_confidence), weights=counts))
    return Reliability(mean_confidence, accuracy, counts, error)


def fit_temperature(labels: np.ndarray, logits: np.ndarray) -> float:
    """The temperature T > 0 for which softmax(logits / T) has the least log loss (Guo et al. 2017).

    Above 1 the model is too sure of itself, below 1 not sure enough. Labels stay as they are.

    Args:
        labels: Label ids, int [N], N ≥ 1; rows that the model was not trained on.
        logits: float [N, C].
    """
    rows = np.arange(len(labels))

    def log_loss(log_temperature: float) -> float:
        return -float(log_softmax(logits.astype(np.float64) / np.exp(log_temperature), axis=-1)[rows, labels].mean())

    return float(np.exp(minimize_scalar(log_loss, bounds=(-_LARGEST_LOG, _LARGEST_LOG), method="bounded").x))
