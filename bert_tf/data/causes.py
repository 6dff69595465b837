"""Why rows are bad, in one sentence for each cause, and what to do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from bert_tf.data.bad_rows import BadRows, Problems
from bert_tf.data.labels import LabelNames, Spelling, shown, some, told
from bert_tf.errors import DataError
from bert_tf.nearest_name import did_you_mean

_SHOWN_PLACES = 3
_SHOWN_LABELS = 3
_HINTS = {
    "bad UTF-8": 'if the file uses another encoding, set it: data.encoding = "cp1252"',
    "broken row": 'if quotes are ordinary characters there, set data.quote = "none"',
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
        names: The labels that a row may have; empty before any is known.
        are_given: Whether these are the recipe's, and not those of the training rows.
        is_sorted_slice: Whether the training rows are a slice of a source that is sorted by label.
    """

    sources: Mapping[str, str] = field(default_factory=dict)
    good_rows: Mapping[str, int] = field(default_factory=dict)
    names: Sequence[str] = ()
    are_given: bool = False
    is_sorted_slice: bool = False


def find_causes(problems: Problems, around: Surroundings) -> tuple[Cause, ...]:
    """A cause for each reason in each split, in the order in which they were found."""
    return tuple(
        _unknown_labels(found, around) if found.reason == "unknown label" else _other(found, around)
        for found in problems.bad_rows
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


def _other(found: BadRows, around: Surroundings) -> Cause:
    source, hint = around.sources.get(found.split, found.split), _HINTS.get(found.reason)
    sentence = _listed(found, source)
    if found.reason == "missing label" and found.split != "train" and not around.good_rows.get(found.split):
        sentence, hint = f"{sentence}; the split has no labelled rows", _draw_instead(found.split)
    return Cause(found.split, found.reason, found.rows, sentence, tuple(found.places), hint)


def _listed(found: BadRows, source: str) -> str:
    """What is wrong, and where: once where it is the same for all."""
    if found.rows == 1:
        return f"{found.places[0]}: {found.messages[0]}"
    more = "…" if found.rows > _SHOWN_PLACES else ""
    if len(set(found.messages)) == 1:
        places = ", ".join([*found.places[:_SHOWN_PLACES], *filter(None, [more])])
        return f"{found.rows:,} rows of {source}: {found.messages[0]} ({places})"
    first = list(zip(found.places, found.messages, strict=True))[:_SHOWN_PLACES]
    places = "; ".join([*(f"{place}: {message}" for place, message in first), *filter(None, [more])])
    return f"{found.rows:,} rows of {source} have {found.reason}: {places}"


def _unknown_labels(found: BadRows, around: Surroundings) -> Cause:
    source = around.sources.get(found.split, found.split)
    labels = sorted(found.labels.spellings, key=lambda spelling: -spelling.rows)
    count, rows = len(labels), "1 row" if found.rows == 1 else f"{found.rows:,} rows"
    subject = f"1 label of {source}" if count == 1 else f"{count:,} labels of {source}"
    if around.are_given:
        what = f"{subject} {'is' if count == 1 else 'are'} not in data.labels, {rows}"
    else:
        what = f"{subject} never {'occurs' if count == 1 else 'occur'} in train, {rows}"
    why, hint = _why_unknown(labels, found.split, around)
    listed = some(list(map(told, labels)), most=_SHOWN_LABELS)
    sentence = f"{what}{f'; {why}' if why else ''}: {listed}"
    return Cause(found.split, found.reason, found.rows, sentence, tuple(found.places), hint)


def _why_unknown(labels: Sequence[Spelling], split: str, around: Surroundings) -> tuple[str | None, str | None]:
    """Why a split has labels that it may not have, as far as that shows, and what to do."""
    merged = LabelNames(around.names, merge=True)
    respelled = {spelling.value: name for spelling in labels if (name := merged.name_of(spelling.value))}
    if respelled:
        label, name = next(iter(respelled.items()))
        which = "it is" if len(labels) == 1 else f"{len(respelled):,} of them are"
        place = "in data.labels" if around.are_given else "in train"
        return f"{which} spelled differently {place} ({shown(label)} for {shown(name)})", "set data.merge_labels = true"
    if split == "train":
        return None, did_you_mean(labels[0].value, around.names) or "add them to data.labels, or leave data.labels out"
    if [spelling.value for spelling in labels] == ["-1"] and not around.good_rows.get(split):
        return "-1 marks unlabelled rows", _draw_instead(split)
    if around.is_sorted_slice:
        return (
            "train is a slice of a source sorted by label",
            f"train on the whole source, without the slice; data.{split} = 0.1 draws a tenth of each label's rows",
        )
    if not around.good_rows.get(split):
        names = some(list(map(shown, around.names)), most=_SHOWN_LABELS)
        return (
            f"none of its labels occurs in train, whose labels are {names}",
            "use the same label names in both files, or set data.label to another column",
        )
    return None, did_you_mean(labels[0].value, around.names) or "move some of these rows to the training set"


def _draw_instead(split: str) -> str:
    return f"use labelled rows, remove data.{split}, or draw a share of the training rows: data.{split} = 0.1"
