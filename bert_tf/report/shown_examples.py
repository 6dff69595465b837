"""Single texts for the report: what was predicted and expected, and the words that mattered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bert_tf.evaluation.predictions import Predictions

_FAINT = 0.12  # of the strongest word; below it a word isn't marked
_NAMED = 4  # words on either side


@dataclass(frozen=True)
class Word:
    """A stretch of the text; `weight` is what it adds to the answer over what the strongest word adds, and 0 where
    it is too little to show."""

    text: str
    weight: float


@dataclass(frozen=True)
class Explained:
    """The words that mattered for a prediction.

    Attributes:
        words: The text as the model saw it, and the second text where there is one.
        favouring, opposing: The words that speak most for the answer, and most against it.
        completeness_error: Relative error of the scores' sum.
    """

    words: Sequence[Sequence[Word]]
    favouring: Sequence[str]
    opposing: Sequence[str]
    completeness_error: float


@dataclass(frozen=True)
class ShownAnswer:
    """An answer as a page writes it.

    Attributes:
        predicted: Such as the predicted label.
        figure: How sure it is, or how far off; as it is written.
        wrong: What was expected instead; empty for an answer that is right.
        favouring, opposing: What stands in front of the words that speak for it, and of those that speak against it.
    """

    predicted: str
    figure: str
    wrong: str
    favouring: str
    opposing: str


@dataclass(frozen=True)
class Example:
    """A row of the report.

    Attributes:
        place: Where it came from: `headlines.csv:282`.
        answer: To it.
        tokens: Of the whole text.
        texts: One, or two for a pair.
        explained: None where no words were asked for or could be had.
    """

    place: str
    answer: ShownAnswer
    tokens: int
    texts: Sequence[str]
    explained: Explained | None


def make_examples(
    rows: Predictions, answers: Mapping[int, ShownAnswer], explanations: Mapping[int, Mapping[str, Any]]
) -> list[Example]:
    """The rows that there are answers of, in their order.

    Args:
        rows: A split's.
        answers: By row.
        explanations: By row; as `Explanation` has them, in a dict.
    """
    return [_example(rows, index, answer, explanations.get(index)) for index, answer in answers.items()]


def _example(rows: Predictions, index: int, answer: ShownAnswer, explanation: Mapping[str, Any] | None) -> Example:
    pair = rows.pair(index)
    return Example(
        place=rows.place(index),
        answer=answer,
        tokens=int(rows.lengths[index]),
        texts=[rows.text(index), *([] if pair is None else [pair])],
        explained=None if explanation is None else _explained(explanation),
    )


def _explained(explanation: Mapping[str, Any]) -> Explained:
    texts = [explanation["words"], *([explanation["pair_words"]] if explanation["pair_words"] else [])]
    scored = sorted(
        ((score, word) for words in texts for word, score in words if word.strip()), key=lambda pair: pair[0]
    )
    strongest = max((abs(score) for score, _ in scored), default=0.0) or 1.0

    def weight(score: float) -> float:
        share = score / strongest
        return round(share, 2) if abs(share) >= _FAINT else 0.0

    return Explained(
        words=[[Word(word, weight(score)) for word, score in words] for words in texts],
        favouring=_first(word for score, word in reversed(scored) if weight(score) > 0),
        opposing=_first(word for score, word in scored if weight(score) < 0),
        completeness_error=explanation["completeness_error"],
    )


def _first(words: Iterable[str]) -> list[str]:
    """The first few, each once."""
    return list(dict.fromkeys(word.strip() for word in words))[:_NAMED]
