"""What makes a score of sets of labels worth less than it seems."""

from collections.abc import Iterator, Sequence

import numpy as np

from bert_tf.report.findings import Finding, first_ones, label_findings, length_findings
from bert_tf.tasks.multilabel.measured_sets import MeasuredSets
from bert_tf.tasks.multilabel.measures import MACRO_F1

_FEW = 10  # validation rows by which a threshold is chosen


def measured_findings(own: MeasuredSets) -> list[Finding]:
    """What is checked beside the checks for every task."""
    macro_f1 = own.found.scores[MACRO_F1.key].value
    return [
        *_against_constant(own),
        *label_findings(own.found, macro_f1=macro_f1, known="how well it is found"),
        *_unlearned(own),
        *_thresholds(own),
        *length_findings(own.found),
    ]


def _against_constant(own: MeasuredSets) -> Iterator[Finding]:
    if not own.is_better_than_constant:
        yield Finding("bad", "The model is not significantly better than giving every text every label.", "labels")


def _unlearned(own: MeasuredSets) -> Iterator[Finding]:
    shares = own.found.rows.answers.facts["label_shares"]
    unlearned = [name for name, share in zip(own.label_names, shares, strict=True) if not share]
    if unlearned:
        yield Finding("warning", f"No training row has the label {_quoted(unlearned)}; it can't be learned.", "labels")


def _thresholds(own: MeasuredSets) -> Iterator[Finding]:
    if own.found.split == "validation":
        text = "The thresholds were chosen on the same rows, so F1 is optimistic, especially for rare labels."
        yield Finding("warning", text, "labels")
    if not own.chosen_on:
        return
    few = [own.label_names[place] for place in np.flatnonzero(np.array(own.chosen_on) < _FEW)]
    if few:
        named = _quoted(few)
        text = f"Fewer than {_FEW} validation rows have the label {named}; a threshold chosen on so few is unreliable."
        yield Finding("note", text, "labels")


def _quoted(names: Sequence[str]) -> str:
    return first_ones([f"“{name}”" for name in names])
