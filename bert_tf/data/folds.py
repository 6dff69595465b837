"""Dividing labelled rows into folds for cross-validation."""

from collections.abc import Sequence

import numpy as np

from bert_tf.data.shots import check_counts


def stratified_folds(has_label: np.ndarray, same: np.ndarray, *, folds: int, seed: int) -> np.ndarray:
    """The fold of each row, from 0, int [N]: each label is shared out as evenly as may be; a pure function.

    Iterative stratification (Sechidis, Tsoumakas & Vlahavas 2011): the label with the fewest rows left comes first, and
    each of its rows goes to the fold that lacks most rows of that label, among these to the one that lacks most rows.
    Rows without a label are shared out as if they had one of their own. Of rows with one label each, no two folds
    differ by more than one row of any label.

    Args:
        has_label: Which rows have which label, bool [N, C].
        same: Equal for rows that belong into one fold, such as those with the same text, int [N].
        folds: How many, at least 2.
        seed: Of the order in which rows of a label come, and of which fold is first.
    """
    _, first, group = np.unique(same, return_index=True, return_inverse=True)
    labels = np.zeros((len(first), has_label.shape[1] + 1), bool)
    np.logical_or.at(labels[:, :-1], group, has_label)
    labels[:, -1] = ~labels[:, :-1].any(1)
    random = np.random.default_rng(seed)
    order = random.permutation(len(first))
    lacking = np.tile(labels.sum(0) / folds, (folds, 1))
    # Folds that lack the same differ in this.
    lacking_rows = np.full(folds, len(first) / folds) + random.permutation(folds) * 1e-6
    fold = np.full(len(first), -1)
    while (left := fold < 0).any():
        counts = (labels & left[:, np.newaxis]).sum(0)
        label = min(np.flatnonzero(counts), key=lambda each: counts[each])
        for row in order[(left & labels[:, label])[order]]:
            chosen = max(range(folds), key=lambda each: (round(lacking[each, label], 6), lacking_rows[each]))
            fold[row] = chosen
            lacking[chosen] -= labels[row]
            lacking_rows[chosen] -= 1
    return fold[group]


def check_folds(has_label: np.ndarray, same: np.ndarray, *, names: Sequence[str], folds: int) -> None:
    """Raises DataError where a label has fewer different texts than there are folds.

    Args:
        has_label, same, folds: As of `stratified_folds`.
        names: Of the labels.
    """
    counts = {name: len(np.unique(same[has_label[:, place]])) for place, name in enumerate(names)}
    check_counts(counts, least=folds, key="few_shot.folds")
