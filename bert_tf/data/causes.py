"""Why rows are bad, in one sentence for each cause, and what to do about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from bert_tf.data.bad_rows import BadRows, Problems
from bert_tf.errors import DataError

_SHOWN_PLACES = 3
_HINTS = {
    "bad UTF-8": 'if the file uses another encoding, set it: data.encoding = "cp1252"',
    "broken row": 'if quotes are ordinary characters there, set data.quote = "none"',
    "repeated header": "remove these lines",
    "number of fields": "quote fields that contain the delimiter, or set data.delimiter",
}


@dataclass(frozen=True)
class Cause:
    """Bad rows of one split that are bad for one reason.

    Attributes:
        split: `train`, `validation` or `test`; those of a drawn split count where they were read.
        reason: Two or three words, such as `unknown label`.
        rows: How many.
        sentence: What is wrong with them, where the first ones are, and why that may be.
        places: The first ones, 20 at most.
        hint: What to do; None where the sentence says it.
    """

    split: str
    reason: str
    rows: int
    sentence: str
    places: tuple[str, ...]
    hint: str | None = None


@dataclass(frozen=True)
class Surroundings:
    """What a cause is guessed from.

    Attributes:
        sources: What a user calls a split, such as `data/test.csv[:100]`; a split's own name where it isn't there.
        good_rows: Rows of each split that are examples.
        is_sorted_slice: Whether the training rows are a slice of a source that is sorted by label.
    """

    sources: Mapping[str, str] = field(default_factory=dict)
    good_rows: Mapping[str, int] = field(default_factory=dict)
    is_sorted_slice: bool = False


class Explanation(NamedTuple):
    """Why rows are bad.

    Attributes:
        sentence: What is wrong with them, and where the first ones are.
        hint: What to do; None where the sentence says it.
    """

    sentence: str
    hint: str | None


def find_causes(
    problems: Problems, around: Surroundings, *, explain: Callable[[BadRows, Surroundings], Explanation | None]
) -> tuple[Cause, ...]:
    """A cause for each reason in each split, in the order in which they were found; `explain` as of `Target`."""
    return tuple(
        Cause(found.split, found.reason, found.rows, why.sentence, tuple(found.places), why.hint)
        for found in problems.bad_rows
        for why in [explain(found, around) or _of_rows(found, around)]
    )


def raise_if_any(causes: Sequence[Cause], *, files: Sequence[str], skip: bool) -> None:
    """Raise DataError with everything that must be mended before training; do nothing if there is nothing.

    Args:
        causes: Of bad rows.
        files: What is wrong with whole files, which always ends it.
        skip: Whether bad rows are passed over.
    """
    told = () if skip else causes
    rows = sum(cause.rows for cause in told)
    if files:
        what = "The recipe names columns that the data doesn't have:"
        hints = ["set data.text, data.label etc. to existing columns"]
    elif told:
        what = "The data has a bad row:" if rows == 1 else f"The data has {rows:,} bad rows:"
        hints = [cause.hint for cause in told if cause.hint]
        hints.append('fix the rows, or skip and count them with data.on_bad_row = "skip"')
    else:
        return
    raise DataError(
        what,
        problems=[*files, *(cause.sentence for cause in told)],
        hint="; ".join(dict.fromkeys(hints)),
        causes=[asdict(cause) for cause in told],
    )


def _of_rows(found: BadRows, around: Surroundings) -> Explanation:
    sentence, hint = listed_rows(found, around), _HINTS.get(found.reason)
    if found.reason == "missing label" and found.split != "train" and not around.good_rows.get(found.split):
        sentence, hint = f"{sentence}; the split has no labelled rows", draw_instead(found.split)
    return Explanation(sentence, hint)


def listed_rows(found: BadRows, around: Surroundings) -> str:
    """What is wrong with rows, and where: once where it is the same for all."""
    source = around.sources.get(found.split, found.split)
    if found.rows == 1:
        return f"{found.places[0]}: {found.messages[0]}"
    more = "…" if found.rows > _SHOWN_PLACES else ""
    if len(set(found.messages)) == 1:
        places = ", ".join([*found.places[:_SHOWN_PLACES], *filter(None, [more])])
        return f"{found.rows:,} rows of {source}: {found.messages[0]} ({places})"
    first = list(zip(found.places, found.messages, strict=True))[:_SHOWN_PLACES]
    places = "; ".join([*(f"{place}: {message}" for place, message in first), *filter(None, [more])])
    return f"{found.rows:,} rows of {source}: {found.reason} ({places})"


def draw_instead(split: str) -> str:
    """What to do with a split that has no labels."""
    return f"use labelled rows, remove data.{split}, or draw a share of the training rows: data.{split} = 0.1"
