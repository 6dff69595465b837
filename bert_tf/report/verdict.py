"""The report's first sentences: how good the model is, and against what."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bert_tf.evaluation.paired import Paired
from bert_tf.report.findings import Finding
from bert_tf.report.measured import Measured

_SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Reference:
    """The run that the recipe names to be held against.

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
        findings: What to know before one relies on the score, the gravest first; none without answers.
    """

    headline: str
    lead: tuple[str, ...]
    findings: tuple[Finding, ...]


def headline(found: Measured) -> str:
    """One sentence: the score, how sure it is, and what a model that learnt nothing would reach."""
    accuracy = found.accuracy
    return (
        f"{accuracy.value:.1%} of {len(found.rows):,} {found.split} texts get the right label "
        f"(95% interval {accuracy.low:.1%} to {accuracy.high:.1%}); always saying “{found.majority.label}” would be "
        f"right for {found.majority.accuracy:.1%}."
    )


def headline_without_rows(metrics: Mapping[str, Any], split: str) -> str:
    """One sentence for a run that kept its scores and not its answers."""
    return f"{metrics['accuracy']:.1%} of {metrics['examples']:,} {split} texts get the right label."


def against_reference(reference: Reference) -> str:
    """One sentence: whether this run is better than the reference, by a paired test."""
    paired = reference.paired
    if paired is None:
        return f"It could not be compared with the reference {reference.run}: {reference.problem}"
    figures = (
        f"{100 * paired.difference:+.1f} points (95% interval {100 * paired.low:+.1f} to {100 * paired.high:+.1f}; "
        f"McNemar's exact test p = {paired.p_value:.2g}; only this run is right on {paired.only_first} texts, only "
        f"the reference on {paired.only_second})."
    )
    if paired.p_value >= _SIGNIFICANT:
        return f"These rows show no difference from the reference {reference.run}: {figures}"
    return f"It is {'better' if paired.difference > 0 else 'worse'} than the reference {reference.run}: {figures}"


def unfinished(status: str, *, epochs_done: int, epochs: int) -> str:
    """One sentence for a run that has no scores."""
    how = {
        "running": "This run is not finished",
        "stopped": "This run was stopped",
        "failed": "This run failed",
        "crashed": "This run crashed",
        "trained": "This run is trained and was not measured",
    }.get(status, f"This run is {status}")
    return f"{how}: {epochs_done} of {epochs} epochs are done, and there is no score yet."
