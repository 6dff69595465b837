"""What makes a score of single labels worth less than it seems."""

from bert_tf.report.findings import Finding, label_findings, length_findings
from bert_tf.scores import score_text
from bert_tf.tasks.classify.measured_labels import MeasuredLabels
from bert_tf.tasks.classify.measures import MACRO_F1

_UNCALIBRATED = 0.05


def measured_findings(own: MeasuredLabels, *, label_errors: int, held_out: int) -> list[Finding]:
    """What is checked beside the checks for every task.

    Args:
        own: Of the measured split.
        label_errors: Rows whose label is likely wrong, out of `held_out`.
        held_out: Rows of validation and test, and of training those that cross-validation answered.
    """
    macro_f1 = own.found.scores[MACRO_F1.key].value
    told = [
        *_against_chance(own),
        *label_findings(own.found, macro_f1=macro_f1, known="how well it is predicted"),
        *length_findings(own.found),
        *_confidence(own),
    ]
    if label_errors:
        look = "looks" if label_errors == 1 else "look"
        text = f"{label_errors:,} of {held_out:,} held-out labels {look} wrong (confident learning)."
        told.append(Finding("note", text, "data"))
    return told


def _against_chance(own: MeasuredLabels) -> list[Finding]:
    if own.is_better_than_majority:
        return []
    text = f"The model is not significantly better than always predicting “{own.majority.label}”."
    return [Finding("bad", text, "labels")]


def _confidence(own: MeasuredLabels) -> list[Finding]:
    if own.reliability.error <= _UNCALIBRATED:
        return []
    scaled = ""
    if own.scaled is not None and own.scaled.error < own.reliability.error:
        scaled = f" Dividing the logits by {own.temperature:.2f} reduces that to {score_text(own.scaled.error)}."
    text = f"Probabilities are off by {score_text(own.reliability.error)} on average.{scaled}"
    return [Finding("warning", text, "confidence")]
