"""The columns of files that are scored, beside those of the answers and those of the files before them."""

from collections.abc import Sequence

from bert_tf.errors import DataError


def check_added(name: str, columns: Sequence[str], *, added: Sequence[str]) -> None:
    """Raises DataError where a file has a column of the answers already."""
    if clashing := [column for column in added if column in columns]:
        raise DataError(
            f"{name} already has a column {clashing[0]!r}, which the results would overwrite.",
            where=name,
            hint="--prefix model_ adds a prefix to the names of the added columns",
        )


def check_same_columns(name: str, columns: Sequence[str], before: Sequence[str]) -> None:
    """Raises DataError where a file has other columns than those before it, and a table gets them all."""
    if set(columns) != set(before):
        apart = sorted(set(columns) ^ set(before))
        raise DataError(
            f"{name} has different columns from the files before it: {', '.join(apart)}.",
            where=name,
            hint="score it into a separate file, or into JSON Lines",
        )
