"""The known name that a misspelt one was probably meant to be."""

import difflib
from collections.abc import Iterable

CLOSE = 0.6  # likeness of two names, from 0 to 1, as of `difflib.SequenceMatcher.ratio`


def nearest_names(name: str, known: Iterable[str], *, count: int, cutoff: float = CLOSE) -> list[str]:
    """The names in `known` that are spelt most like `name`, the nearest first.

    Args:
        name: As it was written.
        known: In any order.
        count: Names, at most.
        cutoff: Likeness that a name needs, from 0 to 1; 0 takes the nearest however far it is.
    """
    return difflib.get_close_matches(name, list(known), n=count, cutoff=cutoff)


def nearest_name(name: str, known: Iterable[str], *, cutoff: float = CLOSE) -> str | None:
    """The name in `known` that is spelt most like `name`; None when none is close. See `nearest_names`."""
    return next(iter(nearest_names(name, known, count=1, cutoff=cutoff)), None)


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """`did you mean 'x'?` for the nearest name in `known`; None when none is close."""
    match = nearest_name(name, known)
    return f"did you mean {match!r}?" if match else None
