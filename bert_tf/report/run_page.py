"""`report.html` of a run: what its template shows, from what the run left and what its task says of it."""

import dataclasses
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from bert_tf.plurals import capitalized, counted
from bert_tf.report.beside_baselines import baselines_section
from bert_tf.report.contents import Contents
from bert_tf.report.figures.learning import followed_by_epoch, learning_curves
from bert_tf.report.figures.text_lengths import length_histogram, score_by_length
from bert_tf.report.findings import Finding, findings
from bert_tf.report.measured import Measured
from bert_tf.report.page import render_page
from bert_tf.report.paired_words import PairedWords
from bert_tf.report.run_facts import machine_facts, run_facts
from bert_tf.report.sections import Card, Sections, TaskReport
from bert_tf.report.verdict import Verdict, against_reference, unfinished
from bert_tf.runs.run_metrics import CROSS_VALIDATION

_EXACT = "Wilson"
_TEXTS = "texts"  # the section of a task that has no other in front of it


def run_page(contents: Contents, report: TaskReport, words: PairedWords) -> str:
    """The HTML of a run's report; of an unfinished run, what there is.

    Args:
        contents: What the run left.
        report: Of its task.
        words: Of the task too, for the comparison with the reference.
    """
    return judged_page(contents, report, words)[0]


def judged_page(contents: Contents, report: TaskReport, words: PairedWords) -> tuple[str, Verdict]:
    """The same, and the verdict that stands on it."""
    said = report.sections(contents) if contents.figures else Sections(_unfinished(contents))
    said = _with_baselines(contents, said, words)
    verdict = Verdict(said.headline, tuple(_lead(contents, words)), tuple(_findings(contents, said)))
    found = contents.found
    page = render_page(
        "report.html.j2",
        **_heading(contents),
        verdict=verdict,
        cards=[*_score_cards(found), *said.cards, _truncated(found)] if found else [],
        said=said,
        split=contents.measured_split,
        max_tokens=contents.recipe["text"]["max_tokens"],
        explained=bool(contents.explanations),
        unexplained=contents.unexplained,
        lengths=_lengths(found, contents.recipe["text"]["max_tokens"]) if found else None,
        data=_data(contents.facts.get("data")),
        learning=_learning(contents),
        run_facts=run_facts(contents.facts, status=contents.status, kept_epoch=contents.kept_epoch),
        machine_facts=machine_facts(contents.facts.get("machine", {})),
        version_facts=list(contents.facts.get("versions", {}).items()),
    )
    return page, verdict


def _heading(contents: Contents) -> dict[str, Any]:
    path = pathlib.PurePath(contents.path)
    return {
        "name": f"{path.parent.name} {path.name}",
        "path": contents.path,
        "description": contents.recipe.get("description", ""),
        "recipe_toml": contents.recipe_toml,
        "version": contents.facts.get("versions", {}).get("bert_tf", ""),
    }


def _unfinished(contents: Contents) -> str:
    epochs = contents.recipe["training"]["epochs"]
    return unfinished(contents.status, epochs_done=len(contents.epochs), epochs=epochs)


def _lead(contents: Contents, words: PairedWords) -> list[str]:
    lead = [contents.missing] if contents.missing else []
    others = [contents.baseline, contents.reference] if contents.found else []
    return [*lead, *(against_reference(other, words) for other in others if other)]


def _with_baselines(contents: Contents, said: Sections, words: PairedWords) -> Sections:
    if contents.found is None or contents.baseline is None:
        return said
    sentence = against_reference(contents.baseline, words)
    section = baselines_section(contents, contents.found, said.unlearned, sentence=sentence)
    return dataclasses.replace(said, results=[*said.results, *([section] if section else [])])


def _findings(contents: Contents, said: Sections) -> Sequence[Any]:
    if contents.found is None:
        return []
    results = said.results[0].id if said.results else _TEXTS
    return findings(
        contents.found,
        [*said.findings, *_cross_validated(contents, contents.found, results)],
        results=results,
        encoder=contents.recipe["model"]["encoder"],
        data=contents.facts.get("data", {}),
        few_texts=contents.facts.get("few_shot", {}).get("texts", 0),
    )


def _cross_validated(contents: Contents, found: Measured, section: str) -> list[Finding]:
    """What cross-validation gave, where the page shows other rows."""
    measure, figures = found.judged_by, contents.metrics.get(CROSS_VALIDATION, {})
    facts = contents.facts.get("cross_validation", {})
    interval = facts.get("intervals", {}).get(measure.key)
    if found.split == CROSS_VALIDATION or interval is None or measure.key not in figures:
        return []
    low, high = map(measure.text, interval)
    text = (
        f"Cross-validation of the {counted(figures['examples'], 'training text')} in {facts['folds']} folds gave "
        f"{measure.name} {measure.text(figures[measure.key])}, with a 95% interval from {low} to {high}."
    )
    return [Finding("note", text, section)]


def _score_cards(found: Measured) -> list[Card]:
    """Each score, and where texts appear in the training set too, the same without them."""
    is_even = found.judged_by.unit == "share" and found.score.value in (0, 1)
    cards = []
    for measure in found.measures:
        for scores, rest in ((found.scores, ""), (found.without_leaked, " without leaked texts")):
            if measure.key in scores:
                score = scores[measure.key]
                note = (
                    f"{measure.interval_text(score.low, score.high)}, 95% {_EXACT if is_even else 'bootstrap'} interval"
                )
                cards.append(Card(f"{capitalized(measure.name)}{rest}", measure.text(score.value), note))
    return cards


def _truncated(found: Measured) -> Card:
    return Card("Truncated texts", f"{found.metrics['truncated_share']:.0%}", "longer than the model reads")


def _lengths(found: Measured, max_tokens: int) -> dict[str, Any]:
    measure = found.row_measure
    kind = _EXACT if measure.unit == "share" else "Student"
    return {
        "histogram": length_histogram(found.rows.lengths, max_tokens=max_tokens),
        "score": score_by_length(found.by_length, score=measure.name),
        "score_caption": f"{capitalized(measure.name)} by text length, with 95% {kind} intervals; below each "
        "group, its range of tokens and its number of texts.",
    }


def _learning(contents: Contents) -> Any:
    if not contents.epochs:
        return None
    return learning_curves(contents.epochs, followed_by_epoch(contents.measures), kept=contents.kept_epoch)


def _data(data: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not data:
        return None
    splits: Sequence[dict[str, Any]] = [
        {
            "name": name,
            "rows": rows,
            "leaked": data["leakage"].get(name),
            "skipped": sum(cause["rows"] for cause in data["bad_rows"] if cause["split"] == name),
        }
        for name, rows in data["rows"].items()
    ]
    return {"splits": splits, "duplicates": data["duplicates"]}
