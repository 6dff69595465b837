"""What the model card says of a corpus of answers, and of the questions that were asked of it."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from bert_tf.export.card_words import CardTable, CardWords
from bert_tf.plurals import counted
from bert_tf.scores import score_text

_HEADER = ("measured on questions", "value", "counts")


def answer_words(vectors: CardWords, facts: Mapping[str, Any]) -> CardWords:
    """The words for a card of vectors, with those of answers.

    Args:
        vectors: Of the vectors.
        facts: What the manifest says of the answers.
    """
    rows, top = facts["rows"], facts["top"]
    report = facts["report"]
    decides = facts.get("threshold") is not None
    returns = f"the {counted(top, 'answer')} nearest to it of {rows:,}, with ids and scores (cosines)"
    return dataclasses.replace(
        vectors,
        kind=f"A search of {counted(rows, 'answer')}",
        returns=f"{returns}, and none_fits, whether the best score is below the threshold" if decides else returns,
        tables=[*vectors.tables, *([CardTable(_HEADER, list(_rows(report, top)))] if report else [])],
        intended_use="Finding the answer to a question among those of the corpus. The signature encode gives the "
        "vector of a text.",
        limitations=list(_limitations(report, decides=decides)),
    )


def _rows(report: Mapping[str, Any], top: int) -> Iterator[tuple[str, str, str]]:
    inside, outside = report["questions"]["in_scope"], report["questions"]["out_of_scope"]
    for name in dict.fromkeys(("recall@1", f"recall@{top}", f"mrr@{top}")):
        if name in report:
            yield name, score_text(report[name]), counted(inside, "question")
    if "area_under_curve" in report:
        both = f"{inside:,} with an answer, {outside:,} without"
        yield "area under the curve, by best score", score_text(report["area_under_curve"]), both
    for key, words in (("errors", "these"), ("held_out_errors", "other")):
        if found := report.get(key):
            rejected, answered = found["in_scope_rejected"], found["out_of_scope_answered"]
            counts = f"{rejected:,} of {inside:,} rejected, {answered:,} of {outside:,} answered"
            yield f"balanced error, threshold chosen on {words} questions", score_text(found["balanced_error"]), counts


def _limitations(report: Mapping[str, Any], *, decides: bool) -> Iterator[str]:
    if decides and report.get("held_out_rows"):
        yield (
            "The threshold was chosen on rows like those that the model was trained on; those without an answer were "
            "the same rows with their correct answer removed. It says nothing about questions of another kind."
        )
    elif decides:
        yield "The threshold was chosen on questions; it says nothing about questions of another kind."
    elif report:
        yield (
            "It doesn't say when no answer fits: there were not both questions with an answer and questions without "
            "one, or their scores don't tell them apart."
        )
    else:
        yield "It doesn't say when no answer fits, and was not measured: no questions were given."
