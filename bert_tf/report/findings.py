"""What to know before one relies on the score: each a level, a sentence, and where the report shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bert_tf.data.duplicates import leakage_note
from bert_tf.evaluation.scores_by_length import LengthGroup
from bert_tf.models.languages import language_mismatch
from bert_tf.plurals import counted
from bert_tf.report.measured import Measured
from bert_tf.scores import score_text

_WIDE = 0.1  # of an interval
_CUT = 0.2  # share of texts
_BEHIND = 0.15  # F1 of a label below the mean
_UNCALIBRATED = 0.05
_SHOWN = 3


@dataclass(frozen=True)
class Finding:
    """`level` is its weight, `section` the id of the part of the page that shows it."""

    level: Literal["good", "note", "warning", "bad"]
    text: str
    section: str


def findings(
    found: Measured,
    *,
    encoder: str,
    data: Mapping[str, Any],
    groups: Sequence[LengthGroup],
    label_errors: int,
    held_out: int,
) -> list[Finding]:
    """What makes a score worth less than it seems, most serious first; never empty.

    Args:
        found: The measured split.
        encoder: As the recipe names it.
        data: The run's facts on its data; may be empty.
        groups: Accuracy by length.
        label_errors: Rows whose label is likely wrong, out of `held_out`.
        held_out: Rows of validation and test.
    """
    told = [
        *_against_chance(found),
        *_rows(found, data),
        *_labels(found),
        *_lengths(found, groups),
        *_confidence(found),
    ]
    if mismatch := language_mismatch(encoder, found.rows):
        told.append(Finding("warning", mismatch, "run"))
    if label_errors:
        look = "looks" if label_errors == 1 else "look"
        text = f"{label_errors:,} of {held_out:,} validation and test labels {look} wrong (confident learning)."
        told.append(Finding("note", text, "data"))
    if not any(finding.level in ("bad", "warning") for finding in told):
        told.append(Finding("good", "None of the checks in this report found a reason to distrust the scores.", "top"))
    order = ("bad", "warning", "note", "good")
    return sorted(told, key=lambda finding: order.index(finding.level))


def _against_chance(found: Measured) -> list[Finding]:
    if found.is_better_than_majority:
        return []
    text = f"The model is not shown to be better than always predicting “{found.majority.label}”."
    return [Finding("bad", text, "labels")]


def _rows(found: Measured, data: Mapping[str, Any]) -> list[Finding]:
    told = []
    leaked, rows = data.get("leakage", {}).get(found.split, 0), len(found.rows)
    if leaked:
        text = f"{leakage_note(found.split, leaked, rows)}{_without_leaked(found)}."
        told.append(Finding("warning", text, "data"))
    if found.split == "validation":
        text = "Measured on the validation rows, which also chose the best epoch, so scores are optimistic."
        told.append(Finding("warning", text, "training"))
    width = found.accuracy.high - found.accuracy.low
    if width > _WIDE:
        text = (
            f"With only {counted(rows, 'row')}, the 95% interval of accuracy is {score_text(width)} wide; more "
            f"{found.split} rows would narrow it."
        )
        told.append(Finding("warning", text, "labels"))
    return told


def _without_leaked(found: Measured) -> str:
    accuracy, macro_f1 = found.accuracy_without_leaked, found.macro_f1_without_leaked
    if accuracy is None or macro_f1 is None:
        return ""
    rows = found.metrics["without_leaked"]["examples"]
    scores = f"accuracy is {score_text(accuracy.value)} and macro F1 {score_text(macro_f1.value)}"
    return f"; without them, {scores} on {counted(rows, 'text')}"


def _labels(found: Measured) -> list[Finding]:
    per_class = found.metrics["per_class"]
    told = []
    weak = sorted(
        (figures["f1"], name)
        for name, figures in per_class.items()
        if figures["support"] and figures["f1"] < found.macro_f1.value - _BEHIND
    )
    if weak:
        named = _some([f"“{name}” ({score_text(f1)})" for f1, name in weak])
        told.append(Finding("warning", f"F1 is much lower for some labels than for the rest: {named}.", "labels"))
    absent = [f"“{name}”" for name, figures in per_class.items() if not figures["support"]]
    if absent:
        text = f"No {found.split} row has the label {_some(absent)}, so how well it is predicted is unknown."
        told.append(Finding("warning", text, "labels"))
    return told


def _lengths(found: Measured, groups: Sequence[LengthGroup]) -> list[Finding]:
    told = []
    cut = found.metrics["truncated_share"]
    if cut >= _CUT:
        text = f"{cut:.0%} of the texts are truncated, so the model never sees how they end."
        told.append(Finding("note", text, "lengths"))
    worst, best = (choose(groups, key=lambda group: group.accuracy) for choose in (min, max))
    if worst.high < best.low:
        text = (
            f"Accuracy is lower on texts of {worst.shortest} to {worst.longest} tokens ({score_text(worst.accuracy)}) "
            f"than on those of {best.shortest} to {best.longest} ({score_text(best.accuracy)})."
        )
        told.append(Finding("warning", text, "lengths"))
    return told


def _confidence(found: Measured) -> list[Finding]:
    if found.reliability.error <= _UNCALIBRATED:
        return []
    scaled = ""
    if found.scaled is not None and found.scaled.error < found.reliability.error:
        scaled = f" Dividing the logits by {found.temperature:.2f} reduces that to {score_text(found.scaled.error)}."
    text = f"Probabilities are off by {score_text(found.reliability.error)} on average.{scaled}"
    return [Finding("warning", text, "confidence")]


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
