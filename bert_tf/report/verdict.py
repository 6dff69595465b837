"""The report's first sentences: how good the model is, and compared with what."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bert_tf.evaluation.paired import Paired
from bert_tf.plurals import counted
from bert_tf.report.findings import Finding
from bert_tf.report.measured import Measured
from bert_tf.scores import difference_text, interval_text, p_value_text, score_text

_SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Reference:
    """The run that the recipe names to be compared with.

    Attributes:
        run: Its folder, as the recipe names it.
        paired: This run minus that one; None where they can't be compared.
        problem: Why not.
    """

    run: str
    paired: Paired | None = None
    problem: str = ""


@dataclass(frozen=True)
class Verdict:
    """What the first screen of a report says.

    Attributes:
        headline: One sentence: how good the model is, or how far the run came.
        lead: More sentences: what is missing, and how it stands against the reference.
        findings: What to know before one relies on the score, most serious first; none without answers.
    """

    headline: str
    lead: tuple[str, ...]
    findings: tuple[Finding, ...]


def headline(found: Measured) -> str:
    """One sentence: the score, how sure it is, and what a model that learnt nothing would reach."""
    accuracy = found.accuracy
    interval = f"95% interval {interval_text(accuracy.low, accuracy.high)}"
    return (
        f"{_accuracy(found.split, accuracy.value, len(found.rows))} ({interval}); always predicting "
        f"“{found.majority.label}” would score {score_text(found.majority.accuracy)}."
    )


def headline_without_rows(metrics: Mapping[str, Any], split: str) -> str:
    """One sentence for a run that kept its scores and not its answers."""
    return f"{_accuracy(split, metrics['accuracy'], metrics['examples'])}."


def _accuracy(split: str, accuracy: float, rows: int) -> str:
    return f"{split.capitalize()} accuracy is {score_text(accuracy)} on {counted(rows, 'text')}"


def against_reference(reference: Reference) -> str:
    """One sentence: whether this run is better than the reference, by a paired test."""
    paired = reference.paired
    if paired is None:
        return f"It could not be compared with the reference {reference.run}: {reference.problem}"
    figures = (
        f"accuracy differs by {difference_text(paired.difference)} (95% interval {difference_text(paired.low)} to "
        f"{difference_text(paired.high)}; McNemar's exact test, {p_value_text(paired.p_value)}; "
        f"{counted(paired.only_first, 'text')} right in this run only, {paired.only_second:,} in the reference only)."
    )
    if paired.p_value >= _SIGNIFICANT:
        return f"It is not significantly different from the reference {reference.run}: {figures}"
    return f"It is {'better' if paired.difference > 0 else 'worse'} than the reference {reference.run}: {figures}"


def unfinished(status: str, *, epochs_done: int, epochs: int) -> str:
    """One sentence for a run that has no scores."""
    how = {
        "running": "This run is still in progress",
        "stopped": "This run was stopped",
        "failed": "This run failed",
        "crashed": "This run crashed",
        "trained": "This run is trained but was not evaluated",
    }.get(status, f"This run is {status}")
    return f"{how}: {epochs_done} of {counted(epochs, 'epoch')} done, no score yet."
