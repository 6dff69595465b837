"""A comparison of runs as JSON."""

import dataclasses
from typing import Any

from bert_tf.report.compared_runs import Answer, ComparedRuns, Disagreement, Pairing
from bert_tf.report.paired_words import PairedWords

_AS_THEY_ARE = ("split", "reference")
_PARTS = ("runs", "recipe", "surroundings", "resources")


def comparison_document(comparison: ComparedRuns) -> dict[str, Any]:
    """Everything but the words, with keys that say what is compared: `accuracy` of a pair, and `run_right`."""
    breakdown = comparison.breakdown
    return {
        **{name: getattr(comparison, name) for name in _AS_THEY_ARE},
        **{name: [dataclasses.asdict(each) for each in getattr(comparison, name)] for name in _PARTS},
        "pairs": [_pair(pair, comparison.words) for pair in comparison.pairs],
        **({breakdown.key: [dataclasses.asdict(line) for line in breakdown.lines]} if breakdown else {}),
    }


def _pair(pair: Pairing, words: PairedWords) -> dict[str, Any]:
    return {
        "number": pair.number,
        "reference": pair.reference,
        words.measure.key: dataclasses.asdict(pair.paired),
        f"run_{words.won}": [_disagreement(row, words) for row in pair.run_better],
        f"reference_{words.won}": [_disagreement(row, words) for row in pair.reference_better],
    }


def _disagreement(row: Disagreement, words: PairedWords) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in ("row", "place", "text", "pair")},
        words.expected: row.expected,
        "answer": _answer(row.answer, words),
        "reference": _answer(row.reference, words),
    }


def _answer(answer: Answer, words: PairedWords) -> dict[str, Any]:
    predicted, figure = words.answer
    return {predicted: answer.predicted, figure: answer.figure}
