"""The report's first sentences: how good the model is, and compared with what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bert_tf.evaluation.paired import Paired
from bert_tf.measures import Measure
from bert_tf.plurals import counted
from bert_tf.report.findings import Finding
from bert_tf.report.measured import Measured, Score
from bert_tf.report.paired_words import PairedWords, is_significant
from bert_tf.scores import p_value_text


@dataclass(frozen=True)
class Reference:
    """A run to be compared with: the one that the recipe names, or the baseline.

    Attributes:
        run: Its folder, as the recipe names it.
        paired: This run minus that one; None where they can't be compared.
        problem: Why not.
        called: What it is to this run.
        encoder: Its own, as its recipe names it.
        scores: Its own, by key of the measure.
    """

    run: str
    paired: Paired | None = None
    problem: str = ""
    called: str = "the reference"
    encoder: str = ""
    scores: Mapping[str, Score] = field(default_factory=dict)


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


def headline(found: Measured, baseline: str) -> str:
    """One sentence: the score, how sure it is, and what a model that learnt nothing would reach.

    Args:
        found: The measured split.
        baseline: The end of the sentence, such as `always predicting “good” would score 0.5000`.
    """
    score, measure = found.score, found.judged_by
    said = _score_said(found.split, measure, score.value, len(found.rows))
    return f"{said} (95% interval {measure.text(score.low)} to {measure.text(score.high)}); {baseline}."


def headline_without_rows(metrics: Mapping[str, Any], split: str, measure: Measure) -> str:
    """One sentence for a run that kept its scores and not its answers."""
    return f"{_score_said(split, measure, metrics[measure.key], metrics['examples'])}."


def _score_said(split: str, measure: Measure, value: float, rows: int) -> str:
    return f"{split.capitalize()} {measure.name} is {measure.text(value)} on {counted(rows, 'text')}"


def against_reference(reference: Reference, words: PairedWords) -> str:
    """One sentence: whether this run is better than the reference, by a paired test."""
    paired, other = reference.paired, f"{reference.called} {reference.run}"
    if paired is None:
        return f"It could not be compared with {other}: {reference.problem}"
    figures = (
        f"{words.measure.name} differs by {words.measure.difference_text(paired.difference)} (95% interval "
        f"{words.measure.difference_text(paired.low)} to {words.measure.difference_text(paired.high)}; {words.test}, "
        f"{p_value_text(paired.p_value)}; {counted(paired.only_first, 'text')} {words.won} in this run only, "
        f"{paired.only_second:,} in {reference.called} only)."
    )
    if not is_significant(paired):
        return f"It is not significantly different from {other}: {figures}"
    better = "better" if words.is_gain(paired.difference) else "worse"
    return f"It is {better} than {other}: {figures}"


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
