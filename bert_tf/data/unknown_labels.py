"""Rows with a label that no row may have: which, why that may be, and what to do."""

from collections.abc import Sequence

from bert_tf.data.bad_rows import BadRows
from bert_tf.data.causes import Explanation, Surroundings, draw_instead
from bert_tf.data.labels import LabelNames, Spelling, shown, some, spelling_text
from bert_tf.nearest_name import did_you_mean

_SHOWN_LABELS = 3


def explain_unknown_labels(
    found: BadRows, around: Surroundings, *, names: Sequence[str], are_given: bool
) -> Explanation:
    """What is wrong with them.

    Args:
        found: With the labels that no row may have.
        around: What the cause is guessed from.
        names: The labels that a row may have; empty before any is known.
        are_given: Whether these are the recipe's, and not those of the training rows.
    """
    source = around.sources.get(found.split, found.split)
    labels = sorted(found.labels.spellings, key=lambda spelling: -spelling.rows)
    count, rows = len(labels), "1 row" if found.rows == 1 else f"{found.rows:,} rows"
    subject = f"1 label of {source}" if count == 1 else f"{count:,} labels of {source}"
    if are_given:
        what = f"{subject} {'is' if count == 1 else 'are'} not in data.labels, {rows}"
    else:
        what = f"{subject} never {'occurs' if count == 1 else 'occur'} in train, {rows}"
    place = "in data.labels" if are_given else "in train"
    why, hint = _respelled(labels, names, place) or _why_unknown(labels, found.split, around, names)
    listed = some(list(map(spelling_text, labels)), most=_SHOWN_LABELS)
    return Explanation(f"{what}{f'; {why}' if why else ''}: {listed}", hint)


def _respelled(labels: Sequence[Spelling], names: Sequence[str], place: str) -> tuple[str | None, str | None] | None:
    merged = LabelNames(names, merge=True)
    respelled = {spelling.value: name for spelling in labels if (name := merged.name_of(spelling.value))}
    if not respelled:
        return None
    label, name = next(iter(respelled.items()))
    which = "it is" if len(labels) == 1 else f"{len(respelled):,} of them are"
    return f"{which} spelled differently {place} ({shown(label)} for {shown(name)})", "set data.merge_labels = true"


def _why_unknown(
    labels: Sequence[Spelling], split: str, around: Surroundings, names: Sequence[str]
) -> tuple[str | None, str | None]:
    """Why a split has labels that it may not have, as far as that shows, and what to do."""
    if split == "train":
        return None, did_you_mean(labels[0].value, names) or "add them to data.labels, or leave data.labels out"
    if [spelling.value for spelling in labels] == ["-1"] and not around.good_rows.get(split):
        return "-1 marks unlabelled rows", draw_instead(split)
    if around.is_sorted_slice:
        return (
            "train is a slice of a source sorted by label",
            f"train on the whole source, without the slice; data.{split} = 0.1 draws a tenth of each label's rows",
        )
    if not around.good_rows.get(split):
        listed = some(list(map(shown, names)), most=_SHOWN_LABELS)
        return (
            f"none of its labels occurs in train, whose labels are {listed}",
            "use the same label names in both files, or set data.label to another column",
        )
    return None, did_you_mean(labels[0].value, names) or "move some of these rows to the training set"
