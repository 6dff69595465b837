"""Which rows to read: where the model is sure and wrong, and where it is right by a hair."""

import numpy as np


def most_confident_mistakes(labels: np.ndarray, probabilities: np.ndarray, *, most: int) -> np.ndarray:
    """Rows with a wrong answer, the highest probability of it first; int64 [≤ most].

    Args:
        labels: Label ids, int [N].
        probabilities: float [N, C].
        most: How many at most.
    """
    wrong = np.flatnonzero(probabilities.argmax(-1) != labels)
    return wrong[np.argsort(-probabilities[wrong].max(-1), kind="stable")][:most]


def least_confident_hits(labels: np.ndarray, probabilities: np.ndarray, *, most: int) -> np.ndarray:
    """Rows with a right answer, the lowest probability of it first; int64 [≤ most]; arguments as above."""
    right = np.flatnonzero(probabilities.argmax(-1) == labels)
    return right[np.argsort(probabilities[right].max(-1), kind="stable")][:most]
