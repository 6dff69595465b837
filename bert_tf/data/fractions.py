"""Drawing shares of the rows, class by class, with rows that belong together on one side."""

from collections.abc import Sequence

import numpy as np


def stratified_parts(
    labels: np.ndarray, *, shares: Sequence[float], seed: int, groups: np.ndarray | None = None
) -> np.ndarray:
    """Draw a part of the rows for each share; a pure function of its arguments, as fast as a sort.

    Each class gives a part its share of rows, rounded down or up; which classes round up is decided by the largest
    remainder, so that the part as a whole has its share too. At least one row of each class stays undrawn: a class
    with a single row is never drawn from.

    A group is drawn as a whole, and counts for the class of its first row. Groups are taken in random order as long as
    they fit, and one that is too large is passed over, so a class misses its share by a group or two at most. A part
    that nothing fits gets one group, if it can be spared. Groups of one row each make the same draw as no groups.

    Args:
        labels: int[n], the class of each row.
        shares: Share of each part, above 0; their sum is below 1.
        seed: Seed of the draw.
        groups: int[n], the group of each row; None where each row is one of its own.

    Returns:
        int8[n]: 0 for a row that is left, 1 for the first share, 2 for the second.
    """
    groups = np.arange(len(labels)) if groups is None else groups
    _, first_rows, group_of, sizes = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
    label_of = np.unique(labels[first_rows], return_inverse=True)[1]
    counts = _rows_of_parts(np.bincount(label_of, weights=sizes).astype(np.int64), np.asarray(shares, np.float64))
    # By class, and within it in the order of the rows.
    order = np.lexsort((first_rows, label_of))
    in_class = np.bincount(label_of)
    ends = np.cumsum(in_class)
    parts = np.zeros(len(sizes), dtype=np.int8)
    random = np.random.default_rng(seed)
    # Of a single group nothing is drawn, and no number for it; there may be a million classes.
    for number in np.flatnonzero(in_class > 1).tolist():
        left = random.permutation(order[ends[number] - in_class[number] : ends[number]])
        for share in np.flatnonzero(counts[number]).tolist():
            is_taken = _filled(sizes[left], int(counts[number, share]))
            parts[left[is_taken]] = share + 1
            left = left[~is_taken]
    _give_back(parts, group_of, labels)
    for share in np.flatnonzero(counts.sum(axis=0)).tolist():
        _give_one(parts, group_of, labels, part=share + 1)
    return parts[group_of]


def _filled(sizes: np.ndarray, count: int) -> np.ndarray:
    """bool[groups]: the first ones that together have `count` rows, or as nearly as may be; one is always left."""
    together, last = np.cumsum(sizes), len(sizes) - 1
    fitting = min(int(np.searchsorted(together, count, side="right")), last)
    is_taken = np.arange(len(sizes)) < fitting
    missing = count - (int(together[fitting - 1]) if fitting else 0)
    for group in range(fitting, last):
        if not missing:
            break
        if sizes[group] <= missing:
            is_taken[group] = True
            missing -= int(sizes[group])
    left = np.flatnonzero(~is_taken)[:-1]
    if missing and len(left):
        smallest = left[sizes[left].argmin()]
        is_taken[smallest] = sizes[smallest] < 2 * missing
    return is_taken


def _give_back(parts: np.ndarray, group_of: np.ndarray, labels: np.ndarray) -> None:
    """Leave a row of each class undrawn: groups of several classes may have taken all of one."""
    found, first_rows = np.unique(labels, return_index=True)
    is_drawn = ~np.isin(found, labels[parts[group_of] == 0])
    parts[group_of[first_rows[is_drawn]]] = 0


def _give_one(parts: np.ndarray, group_of: np.ndarray, labels: np.ndarray, *, part: int) -> None:
    """Give a part that no group fitted the smallest one that leaves a row of each class undrawn, if there is one."""
    if (parts == part).any():
        return
    label_of, is_undrawn = np.unique(labels, return_inverse=True)[1], parts[group_of] == 0
    undrawn = np.bincount(label_of[is_undrawn], minlength=int(label_of.max(initial=-1)) + 1)
    pairs, within = np.unique(group_of * len(undrawn) + label_of, return_counts=True)
    group, label = np.divmod(pairs, max(len(undrawn), 1))
    is_spared = parts == 0
    is_spared[group[within == undrawn[label]]] = False
    by_size = np.argsort(np.bincount(group_of), kind="stable")
    parts[by_size[is_spared[by_size]][:1]] = part


def _rows_of_parts(sizes: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """int64[classes, shares]: how many rows of each class each part gets."""
    ideal = sizes[:, None] * shares[None, :]
    counts = np.floor(ideal).astype(np.int64)
    for part in range(len(shares)):
        missing = round(float(ideal[:, part].sum())) - int(counts[:, part].sum())
        remainders = ideal[:, part] - counts[:, part]
        order = np.argsort(-remainders, kind="stable")
        has_room = (remainders > 0) & (counts.sum(axis=1) < sizes - 1)
        counts[order[has_room[order]][: max(missing, 0)], part] += 1
    return counts
