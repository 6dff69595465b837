"""What to know before one relies on the score: each a level, a sentence, and where the report shows it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bert_tf.data.duplicates import leakage_note
from bert_tf.data.labels import some
from bert_tf.models.languages import language_mismatch
from bert_tf.plurals import capitalized, counted
from bert_tf.report.measured import Measured
from bert_tf.runs.run_metrics import CROSS_VALIDATION
from bert_tf.scores import score_text

_WIDE = 0.1  # of an interval of a share
_FEW_ROWS = 10  # of fewer, a 95% bootstrap interval holds the mean less than 89 times in 100, and of one row never
_CUT = 0.2  # share of texts
_BEHIND = 0.15  # F1 of a label below the mean
_NAMED = 3  # labels


@dataclass(frozen=True)
class Finding:
    """`level` is its weight, `section` the id of the part of the page that shows it."""

    level: Literal["good", "note", "warning", "bad"]
    text: str
    section: str


def findings(
    found: Measured,
    own: Iterable[Finding],
    *,
    results: str,
    encoder: str,
    data: Mapping[str, Any],
    few_texts: int = 0,
) -> list[Finding]:
    """What makes a score worth less than it seems, most serious first; never empty.

    Args:
        found: The measured split.
        own: What the task has found.
        results: The part of the page that shows the scores.
        encoder: As the recipe names it.
        data: The run's facts on its data; may be empty.
        few_texts: How many texts a model of few labels has learned from; 0 for any other.
    """
    told = [*_rows(found, data, results), *_few(found, few_texts, results), *_truncated(found), *own]
    if mismatch := language_mismatch(encoder, found.rows):
        told.append(Finding("warning", mismatch, "run"))
    if not any(finding.level in ("bad", "warning") for finding in told):
        told.append(Finding("good", "None of the checks in this report found a reason to distrust the scores.", "top"))
    order = ("bad", "warning", "note", "good")
    return sorted(told, key=lambda finding: order.index(finding.level))


def _rows(found: Measured, data: Mapping[str, Any], results: str) -> list[Finding]:
    told = []
    leaked, rows = data.get("leakage", {}).get(found.split, 0), len(found.rows)
    if leaked:
        text = f"{leakage_note(found.split, leaked, rows)}{_without_leaked(found)}."
        told.append(Finding("warning", text, "data"))
    if found.split == CROSS_VALIDATION:
        text = (
            "Measured by cross-validation: each text was answered by a model that was trained on the other folds. The "
            "model that is kept was trained on all of them, and is not measured itself."
        )
        told.append(Finding("note", text, results))
    if found.split == "validation":
        text = "Measured on the validation rows, which also chose the best epoch, so scores are optimistic."
        told.append(Finding("warning", text, "training"))
    width = found.score.high - found.score.low
    if found.judged_by.unit == "share" and width > _WIDE:
        text = (
            f"With only {counted(rows, 'row')}, the 95% interval of {found.judged_by.name} is {score_text(width)} "
            f"wide; more {_kind(found)} would narrow it."
        )
        told.append(Finding("warning", text, results))
    elif rows < _FEW_ROWS:
        text = (
            f"With only {counted(rows, 'row')}, the 95% interval of {found.judged_by.name} is too narrow, as it is "
            f"made of these rows alone; more {_kind(found)} would mend it."
        )
        told.append(Finding("warning", text, results))
    return told


def _few(found: Measured, few_texts: int, results: str) -> list[Finding]:
    if not few_texts:
        return []
    text = (
        f"The model was trained on {counted(few_texts, 'text')} only. The interval of {found.judged_by.name} covers "
        f"{_covered(found)}: train with other values of data.seed to see how much that changes the score."
    )
    return [Finding("note", text, results)]


def _covered(found: Measured) -> str:
    if found.split == CROSS_VALIDATION:
        return "the choice of these texts as those that are answered, not as those that are learned from"
    return f"the choice of the {found.split} rows, not that of the training texts"


def _kind(found: Measured) -> str:
    return "labelled texts" if found.split == CROSS_VALIDATION else f"{found.split} rows"


def _without_leaked(found: Measured) -> str:
    if not found.without_leaked:
        return ""
    rows = found.metrics["without_leaked"]["examples"]
    scores, followed = found.without_leaked, [each for each in found.measures if each.key in found.without_leaked]
    figures = [(each.name, each.text(scores[each.key].value)) for each in followed]
    told = " and ".join(map(" ".join, [(f"{figures[0][0]} is", figures[0][1]), *figures[1:]]))
    return f"; without them, {told} on {counted(rows, 'text')}"


def _truncated(found: Measured) -> list[Finding]:
    cut = found.metrics["truncated_share"]
    if cut < _CUT:
        return []
    text = f"{cut:.0%} of the texts are truncated, so the model never sees how they end."
    return [Finding("note", text, "lengths")]


def length_findings(found: Measured) -> list[Finding]:
    """Where the score of texts of one length is shown to be worse than that of texts of another."""
    measure = found.row_measure
    worst, best = (choose(found.by_length, key=lambda group: -measure.rank(group.score)) for choose in (min, max))
    if max(worst.low, best.low) <= min(worst.high, best.high):
        return []
    worse = "lower" if measure.better == "more" else "higher"
    text = (
        f"{capitalized(measure.name)} is {worse} on texts of {worst.shortest} to {worst.longest} tokens "
        f"({measure.text(worst.score)}) than on those of {best.shortest} to {best.longest} "
        f"({measure.text(best.score)})."
    )
    return [Finding("warning", text, "lengths")]


def label_findings(found: Measured, *, macro_f1: float, known: str) -> list[Finding]:
    """Labels that are found much worse than the rest, and labels that no row of the split has.

    Args:
        found: With `f1` and `support` of each label among its metrics, in `per_class`.
        macro_f1: The mean.
        known: What can't be known of the others: `how well it is predicted`.
    """
    per_class = found.metrics["per_class"]
    weak = sorted(
        (figures["f1"], name)
        for name, figures in per_class.items()
        if figures["support"] and figures["f1"] < macro_f1 - _BEHIND
    )
    told = []
    if weak:
        named = first_ones([f"“{name}” ({score_text(f1)})" for f1, name in weak])
        told.append(Finding("warning", f"F1 is much lower for some labels than for the rest: {named}.", "labels"))
    absent = [f"“{name}”" for name, figures in per_class.items() if not figures["support"]]
    if absent:
        text = f"No {found.split} row has the label {first_ones(absent)}, so {known} is unknown."
        told.append(Finding("warning", text, "labels"))
    return told


def first_ones(names: Sequence[str]) -> str:
    """The first three, and how many more there are."""
    return some(names, most=_NAMED)
