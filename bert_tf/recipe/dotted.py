"""A recipe's tables, or any nested facts of a run, as one table of dotted keys."""

from collections.abc import Mapping, Sequence
from typing import Any


def dotted(values: Mapping[str, Any], *, above: str = "") -> dict[str, Any]:
    """`{"training": {"epochs": 3}}` as `{"training.epochs": 3}`, in the order it had; lists are values."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= dotted(value, above=f"{above}{name}.")
        else:
            flat[f"{above}{name}"] = value
    return flat


def differing(tables: Sequence[Mapping[str, Any]], *, absent_differs: bool = True) -> dict[str, tuple[Any, ...]]:
    """The keys of flat tables that are not equal in all of them, each with its value in each; None where it is not.

    Args:
        tables: An empty one is of something that isn't known, and never differs.
        absent_differs: Whether a table that lacks a key differs from one that has it.
    """
    keys = dict.fromkeys(key for table in tables for key in table)
    known = [table for table in tables if table]
    compared = {key: [table.get(key) for table in known if absent_differs or key in table] for key in keys}
    return {
        key: tuple(table.get(key) for table in tables)
        for key, values in compared.items()
        if any(value != values[0] for value in values)
    }
