"""Whether numbers are predicted as well where they are large as where they are small."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

_MOST, _FEWEST = 6, 10  # groups, and rows of one


def errors_by_range(expected: np.ndarray, values: np.ndarray) -> Sequence[Mapping[str, Any]]:
    """Groups of like many rows, by the size of the label; rows of one label stay together.

    Args:
        expected: What is right, float [N], N ≥ 1.
        values: What was answered, float [N].

    Returns:
        For each group, the least first: `from` and `to`, its least and largest label; `rows`; `mae`; and `bias`, the
        mean of value less label: below 0 where values are too small.
    """
    wanted = max(1, min(_MOST, len(expected) // _FEWEST))
    edges = np.unique(np.quantile(expected, np.arange(1, wanted) / wanted, method="lower"))
    group_of = np.searchsorted(edges, expected, side="left")
    groups = []
    for group in np.unique(group_of):
        labels = expected[group_of == group]
        errors = (values - expected)[group_of == group]
        groups.append(
            {
                "from": float(labels.min()),
                "to": float(labels.max()),
                "rows": len(labels),
                "mae": float(np.abs(errors).mean()),
                "bias": float(errors.mean()),
            }
        )
    return groups
