"""Average precision of each label against the rest."""

import numpy as np


def average_precisions(expected: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Average precision of each label, float64 [C]; NaN where no row has the label.

    Args:
        expected: Whether a row has a label, bool [N, C].
        probabilities: float [N, C]; what is not a number counts as 0.
    """
    from sklearn.metrics import average_precision_score

    known = np.nan_to_num(probabilities)
    return np.array(
        [
            average_precision_score(expected[:, label], known[:, label]) if expected[:, label].any() else np.nan
            for label in range(expected.shape[1])
        ]
    )
