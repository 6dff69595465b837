"""Which rows to read: where the model is sure and wrong, where it is right by a hair, where two disagree."""

import numpy as np
from scipy.special import softmax


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
