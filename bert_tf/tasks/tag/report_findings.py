"""What makes a score of entities worth less than it seems."""

from collections.abc import Iterator

import numpy as np

from bert_tf.report.findings import Finding, first_ones
from bert_tf.scores import score_text
from bert_tf.tasks.tag.measured_entities import MeasuredEntities
from bert_tf.tasks.tag.measures import MACRO_F1

_BEHIND = 0.15  # F1 of a type below the mean, and recall of unseen entities below that of seen ones


def entity_findings(own: MeasuredEntities) -> list[Finding]:
    """What is checked beside the checks for every task."""
    return [*_nothing_found(own), *_types(own), *_unseen(own), *_cut(own)]


def _nothing_found(own: MeasuredEntities) -> Iterator[Finding]:
    if not own.rows.found.any():
        yield Finding("bad", "The model finds none of the expected entities.", "types")


def _types(own: MeasuredEntities) -> Iterator[Finding]:
    per_type, macro_f1 = own.found.metrics["per_class"], own.found.scores[MACRO_F1.key].value
    weak = sorted(
        (figures["f1"], name)
        for name, figures in per_type.items()
        if figures["support"] and figures["f1"] < macro_f1 - _BEHIND
    )
    if weak:
        named = first_ones([f"“{name}” ({score_text(f1)})" for f1, name in weak])
        yield Finding("warning", f"F1 is much lower for some types than for the rest: {named}.", "types")
    absent = [f"“{name}”" for name, figures in per_type.items() if not figures["support"]]
    if absent:
        text = f"No {own.found.split} row has an entity of type {first_ones(absent)}"
        yield Finding("warning", f"{text}, so how well they are found is unknown.", "types")


def _unseen(own: MeasuredEntities) -> Iterator[Finding]:
    seen, unseen = own.seen.share, own.unseen.share
    if seen is not None and unseen is not None and unseen < seen - _BEHIND:
        text = (
            f"Recall is {score_text(unseen)} on entities that no training row has and {score_text(seen)} on the "
            "others: expect lower scores on texts with new names."
        )
        yield Finding("note", text, "errors")


def _cut(own: MeasuredEntities) -> Iterator[Finding]:
    read = own.found.rows.answers.outputs["logits"].lengths
    inside = own.rows.expected.lasts - own.rows.words.splits[own.rows.expected.rows]
    cut = int(np.count_nonzero(inside >= read[own.rows.expected.rows]))
    if cut:
        many = "1 expected entity" if cut == 1 else f"{cut:,} expected entities"
        yield Finding("warning", f"{many} can't be found: the text is truncated there, or no word is left.", "lengths")
