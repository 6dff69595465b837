"""What to know before one relies on the score: each a level, a sentence, and where the report shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bert_tf.data.duplicates import leakage_note
from bert_tf.evaluation.scores_by_length import LengthGroup
from bert_tf.models.languages import language_mismatch
from bert_tf.report.measured import Measured

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
    """Look for what makes a score worth less than it seems; the gravest first, and never nothing.

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
        text = f"{label_errors} of {held_out:,} held-out labels look wrong to confident learning: read them."
        told.append(Finding("note", text, "data"))
    if not any(finding.level in ("bad", "warning") for finding in told):
        told.append(Finding("good", "None of the checks that this report makes found a reason to distrust it.", "top"))
    order = ("bad", "warning", "note", "good")
    return sorted(told, key=lambda finding: order.index(finding.level))


def _against_chance(found: Measured) -> list[Finding]:
    if found.is_better_than_majority:
        return []
    text = f"It is not shown to be better than always saying “{found.majority.label}”."
    return [Finding("bad", text, "labels")]


def _rows(found: Measured, data: Mapping[str, Any]) -> list[Finding]:
    told = []
    leaked, rows = data.get("leakage", {}).get(found.split, 0), len(found.rows)
    if leaked:
        text = f"{leakage_note(found.split, leaked, rows)}{_without_leaked(found)}."
        told.append(Finding("warning", text, "data"))
    if found.split == "validation":
        text = (
            "This is the score of the validation rows, which chose the best epoch, so it is optimistic. "
            "Test rows tell more."
        )
        told.append(Finding("warning", text, "training"))
    width = found.accuracy.high - found.accuracy.low
    if width > _WIDE:
        text = (
            f"With {rows:,} rows the score is uncertain by {100 * width:.0f} points; more {found.split} rows narrow it."
        )
        told.append(Finding("warning", text, "labels"))
    return told


def _without_leaked(found: Measured) -> str:
    accuracy, macro_f1 = found.accuracy_without_leaked, found.macro_f1_without_leaked
    if accuracy is None or macro_f1 is None:
        return ""
    rows = found.metrics["without_leaked"]["examples"]
    return f": without them accuracy is {accuracy.value:.1%} and macro F1 {macro_f1.value:.1%}, of {rows:,} texts"


def _labels(found: Measured) -> list[Finding]:
    per_class = found.metrics["per_class"]
    told = []
    weak = sorted(
        (figures["f1"], name)
        for name, figures in per_class.items()
        if figures["support"] and figures["f1"] < found.macro_f1.value - _BEHIND
    )
    if weak:
        named = _some([f"“{name}” (F1 {f1:.2f})" for f1, name in weak])
        told.append(Finding("warning", f"F1 is much lower on some labels than on the others: {named}.", "labels"))
    absent = [f"“{name}”" for name, figures in per_class.items() if not figures["support"]]
    if absent:
        text = f"No {found.split} row has the label {_some(absent)}: how well it is predicted is not known."
        told.append(Finding("warning", text, "labels"))
    return told


def _lengths(found: Measured, groups: Sequence[LengthGroup]) -> list[Finding]:
    told = []
    cut = found.metrics["truncated_share"]
    if cut >= _CUT:
        text = f"{cut:.0%} of the texts are cut: the model never sees how they end."
        told.append(Finding("note", text, "lengths"))
    worst, best = (choose(groups, key=lambda group: group.accuracy) for choose in (min, max))
    if worst.high < best.low:
        text = (
            f"Accuracy is lower on texts of {worst.shortest}-{worst.longest} tokens ({worst.accuracy:.1%}) "
            f"than on those of {best.shortest}-{best.longest} ({best.accuracy:.1%})."
        )
        told.append(Finding("warning", text, "lengths"))
    return told


def _confidence(found: Measured) -> list[Finding]:
    if found.reliability.error <= _UNCALIBRATED:
        return []
    mended = ""
    if found.scaled is not None and found.scaled.error < found.reliability.error:
        mended = f" Dividing the logits by {found.temperature:.2f} brings that to {100 * found.scaled.error:.1f}."
    text = f"Its probabilities are off by {100 * found.reliability.error:.1f} points on average.{mended}"
    return [Finding("warning", text, "confidence")]


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
