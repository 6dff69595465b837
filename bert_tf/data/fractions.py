"""Drawing shares of the rows, class by class."""

from collections.abc import Sequence

import numpy as np


def stratified_parts(labels: np.ndarray, *, shares: Sequence[float], seed: int) -> np.ndarray:
    """Draw a part of the rows for each share; a pure function of its arguments.

    Each class gives a part its share of rows, rounded down or up; which classes round up is decided by the largest
    remainder, so that the part as a whole has its share too. At least one row of each class stays undrawn: a class
    with a single row is never drawn from.

    Args:
        labels: int[n], the class of each row.
        shares: Share of each part, above 0; their sum is below 1.
        seed: Seed of the draw.

    Returns:
        int8[n]: 0 for a row that is left, 1 for the first share, 2 for the second.
    """
    classes, sizes = np.unique(labels, return_counts=True)
    counts = _rows_of_parts(sizes, np.asarray(shares, dtype=np.float64))
    parts = np.zeros(len(labels), dtype=np.int8)
    random = np.random.default_rng(seed)
    by_class = np.split(np.argsort(labels, kind="stable"), np.cumsum(sizes)[:-1])
    for number in range(len(classes)):
        drawn = random.permutation(by_class[number])
        for part, count in enumerate(counts[number], start=1):
            parts[drawn[:count]] = part
            drawn = drawn[count:]
    return parts


def _rows_of_parts(sizes: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """int64[classes, shares]: how many rows of each class each part gets."""
    ideal = sizes[:, None] * shares[None, :]
    counts = np.floor(ideal).astype(np.int64)
    for part in range(len(shares)):
        missing = round(float(ideal[:, part].sum())) - int(counts[:, part].sum())
        remainders = ideal[:, part] - counts[:, part]
        for row in np.argsort(-remainders, kind="stable"):
            if missing > 0 and remainders[row] > 0 and counts[row].sum() < sizes[row] - 1:
                counts[row, part] += 1
                missing -= 1
    return counts
