"""Rows whose label is probably wrong, found by confident learning (Northcutt et al. 2021). cleanlab does it."""

import warnings

import numpy as np


def likely_label_errors(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Rows that a model says with confidence to have another label, the least likely label first; int64 [E].

    Args:
        labels: Label ids, int [N], of rows that the model was not trained on.
        probabilities: float [N, C].
    """
    if len(np.unique(labels)) < 2:  # it needs two classes to compare
        return np.empty(0, np.int64)
    # It takes a second to import.
    from cleanlab.filter import find_label_issues

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="May not flag all label issues")  # in classes of hardly any rows
        found = find_label_issues(
            labels.astype(np.int64),
            probabilities.astype(np.float64),
            return_indices_ranked_by="self_confidence",
            n_jobs=1,  # it forks otherwise, which a process with TensorFlow in it doesn't survive
        )
    return np.asarray(found, np.int64)
