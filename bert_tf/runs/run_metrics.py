"""Which splits a run is measured by."""

from collections.abc import Container

SPLITS = ("validation", "test")


def measured_split(splits: Container[str]) -> str | None:
    """The one of those splits that tells most: the test rows, else the validation rows; None without both.

    Args:
        splits: Names of those that were measured, such as the keys of metrics.json.
    """
    return next((split for split in reversed(SPLITS) if split in splits), None)
