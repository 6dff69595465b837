"""Drawing shares of rows with sets of labels, so that each part has its share of every label."""

from collections.abc import Sequence

import numpy as np


def stratified_sets(
    labels: np.ndarray, *, shares: Sequence[float], seed: int, groups: np.ndarray | None = None
) -> np.ndarray:
    """Draw a part of the rows for each share by iterative stratification; a pure function of its arguments.

    Sechidis, Tsoumakas and Vlahavas 2011, "On the Stratification of Multi-Label Data": the rarest label's rows are
    distributed first. A group is drawn as a whole and has the labels of all of its rows. At least one row of each
    label stays undrawn.

    Args:
        labels: Whether a row has a label, bool [N, C].
        shares: Share of each part, above 0; their sum is below 1.
        seed: Of the draw.
        groups: int [N], the group of each row; None where each row is one of its own.

    Returns:
        int8 [N]: 0 for a row that is left, 1 for the first share, 2 for the second.
    """
    from iterstrat.ml_stratifiers import IterativeStratification

    groups = np.arange(len(labels)) if groups is None else groups
    _, first_rows, group_of = np.unique(groups, return_index=True, return_inverse=True)
    have = np.zeros((len(first_rows), labels.shape[1]), bool)
    np.logical_or.at(have, group_of, labels)
    random = np.random.RandomState(seed)  # which the library takes
    # In the order of the rows: the numbers of groups mean nothing.
    order = random.permutation(np.argsort(first_rows))
    parts = np.zeros(len(have), np.int8)
    parts[order] = IterativeStratification(have[order], np.array([1 - sum(shares), *shares]), random)
    for label in np.flatnonzero(have.any(0) & ~have[parts == 0].any(0)):
        parts[order[np.flatnonzero(have[order, label])[0]]] = 0
    return parts[group_of]
