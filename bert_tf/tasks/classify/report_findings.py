"""What makes a score of single labels worth less than it seems."""

from collections.abc import Sequence

from bert_tf.report.findings import Finding, length_findings
from bert_tf.scores import score_text
from bert_tf.tasks.classify.measured_labels import MeasuredLabels
from bert_tf.tasks.classify.measures import MACRO_F1

_BEHIND = 0.15  # F1 of a label below the mean
_UNCALIBRATED = 0.05
_SHOWN = 3


def label_findings(own: MeasuredLabels, *, label_errors: int, held_out: int) -> list[Finding]:
    """What is checked beside the checks for every task.

    Args:
        own: Of the measured split.
        label_errors: Rows whose label is likely wrong, out of `held_out`.
        held_out: Rows of validation and test.
    """
    told = [*_against_chance(own), *_labels(own), *length_findings(own.found), *_confidence(own)]
    if label_errors:
        look = "looks" if label_errors == 1 else "look"
        text = f"{label_errors:,} of {held_out:,} validation and test labels {look} wrong (confident learning)."
        told.append(Finding("note", text, "data"))
    return told


def _against_chance(own: MeasuredLabels) -> list[Finding]:
    if own.is_better_than_majority:
        return []
    text = f"The model is not shown to be better than always predicting “{own.majority.label}”."
    return [Finding("bad", text, "labels")]


def _labels(own: MeasuredLabels) -> list[Finding]:
    per_class, macro_f1 = own.found.metrics["per_class"], own.found.scores[MACRO_F1.key].value
    told = []
    weak = sorted(
        (figures["f1"], name)
        for name, figures in per_class.items()
        if figures["support"] and figures["f1"] < macro_f1 - _BEHIND
    )
    if weak:
        named = _some([f"“{name}” ({score_text(f1)})" for f1, name in weak])
        told.append(Finding("warning", f"F1 is much lower for some labels than for the rest: {named}.", "labels"))
    absent = [f"“{name}”" for name, figures in per_class.items() if not figures["support"]]
    if absent:
        text = f"No {own.found.split} row has the label {_some(absent)}, so how well it is predicted is unknown."
        told.append(Finding("warning", text, "labels"))
    return told


def _confidence(own: MeasuredLabels) -> list[Finding]:
    if own.reliability.error <= _UNCALIBRATED:
        return []
    scaled = ""
    if own.scaled is not None and own.scaled.error < own.reliability.error:
        scaled = f" Dividing the logits by {own.temperature:.2f} reduces that to {score_text(own.scaled.error)}."
    text = f"Probabilities are off by {score_text(own.reliability.error)} on average.{scaled}"
    return [Finding("warning", text, "confidence")]


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
