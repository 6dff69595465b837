"""Which splits a run is measured by."""

from collections.abc import Container

SPLITS = ("validation", "test")
"""Those that its model answers."""

CROSS_VALIDATION = "cross-validation"
"""The training rows, each answered by a model that was trained on others."""

MEASURED = (CROSS_VALIDATION, *SPLITS)
"""All that metrics.json may have; the last tells most."""


def measured_split(splits: Container[str]) -> str | None:
    """The one of those splits that tells most: test, else validation, else cross-validation; None without all three.

    Args:
        splits: Names of those that were measured, such as the keys of metrics.json.
    """
    return next((split for split in reversed(MEASURED) if split in splits), None)
