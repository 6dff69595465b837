"""What makes a score of sets of labels worth less than it seems."""

from collections.abc import Iterator, Sequence

import numpy as np

from bert_tf.report.findings import Finding, length_findings
from bert_tf.scores import score_text
from bert_tf.tasks.multilabel.measured_sets import MeasuredSets
from bert_tf.tasks.multilabel.measures import MACRO_F1

_BEHIND = 0.15  # F1 of a label below the mean
_FEW = 10  # validation rows by which a threshold is chosen
_SHOWN = 3


def label_findings(own: MeasuredSets) -> list[Finding]:
    """What is checked beside the checks for every task."""
    return [*_against_constant(own), *_labels(own), *_thresholds(own), *length_findings(own.found)]


def _against_constant(own: MeasuredSets) -> Iterator[Finding]:
    if not own.is_better_than_constant:
        yield Finding("bad", "The model is not shown to be better than giving every text every label.", "labels")


def _labels(own: MeasuredSets) -> Iterator[Finding]:
    per_class, macro_f1 = own.found.metrics["per_class"], own.found.scores[MACRO_F1.key].value
    weak = sorted(
        (figures["f1"], name)
        for name, figures in per_class.items()
        if figures["support"] and figures["f1"] < macro_f1 - _BEHIND
    )
    if weak:
        named = _some([f"“{name}” ({score_text(f1)})" for f1, name in weak])
        yield Finding("warning", f"F1 is much lower for some labels than for the rest: {named}.", "labels")
    absent = [name for name, figures in per_class.items() if not figures["support"]]
    if absent:
        text = f"No {own.found.split} row has the label {_quoted(absent)}, so how well it is found is unknown."
        yield Finding("warning", text, "labels")
    shares = own.found.rows.answers.facts["label_shares"]
    unlearned = [name for name, share in zip(own.label_names, shares, strict=True) if not share]
    if unlearned:
        yield Finding("warning", f"No training row has the label {_quoted(unlearned)}; it can't be learned.", "labels")


def _thresholds(own: MeasuredSets) -> Iterator[Finding]:
    if own.found.split == "validation":
        text = "The thresholds were chosen on the same rows, which makes F1 optimistic, most of all of rare labels."
        yield Finding("warning", text, "labels")
    if not own.chosen_on:
        return
    few = [own.label_names[place] for place in np.flatnonzero(np.array(own.chosen_on) < _FEW)]
    if few:
        named = _quoted(few)
        text = f"Fewer than {_FEW} validation rows have the label {named}; a threshold chosen by so few may be off."
        yield Finding("note", text, "labels")


def _quoted(names: Sequence[str]) -> str:
    return _some([f"“{name}”" for name in names])


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
