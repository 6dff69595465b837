"""What answers of the task come to: the tags of words, the entities that they make, and how these are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from scipy.special import log_softmax, softmax

from bert_tf.ragged_rows import RaggedRows, RowValues
from bert_tf.tasks.tag.word_tags import END, IS_SEEN, SEEN, START, TAG, Entities, entities_in, hits

NO_ENTITY = "(none)"


class Answered(Protocol):
    """What was answered on N rows, and what is right: `bert_tf.evaluation.split_metrics.Answers`."""

    @property
    def expected(self) -> RowValues: ...
    @property
    def outputs(self) -> Mapping[str, RowValues]: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...


class Mark(NamedTuple):
    """An entity in a text: first character, the one behind the last, type, and how sure the model is of it."""

    start: int
    end: int
    type: str
    score: float = 1.0


@dataclass(frozen=True, eq=False)
class TaggedRows:
    """The words of N rows, counted through all rows, and their entities.

    Attributes:
        words: As of `align`, int32 [N, words, 4].
        tags: That were predicted, int64 [N, words]; outside for words that were cut off.
        scores: Probability of each predicted tag, float64 [N, words]; 1 for words that were cut off.
        expected, predicted: Entities.
        found: Whether an expected entity was predicted, bool [E].
        right: Whether a predicted entity was expected, bool [P].
        types: Their names.
    """

    words: RaggedRows
    tags: RaggedRows
    scores: RaggedRows
    expected: Entities
    predicted: Entities
    found: np.ndarray
    right: np.ndarray
    types: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.words)

    @property
    def seen(self) -> np.ndarray:
        """Whether an expected entity is written so in the training rows, bool [E]."""
        return self.words.values[self.expected.firsts, IS_SEEN] == SEEN

    @property
    def is_right(self) -> np.ndarray:
        """Whether the entities of a row are exactly those that are expected, bool [N]."""
        wrong = np.concatenate([self.expected.rows[~self.found], self.predicted.rows[~self.right]])
        return ~np.isin(np.arange(len(self)), wrong)

    def place(self, first: int, last: int) -> tuple[int, int]:
        """Characters of words of one row: the first, and the one behind the last."""
        return int(self.words.values[first, START]), int(self.words.values[last, END])

    def expected_marks(self, row: int) -> list[Mark]:
        """The entities that a row has, in order; one without a word of its own may lie in another."""
        return self._marks(self.expected, row)

    def predicted_marks(self, row: int) -> list[Mark]:
        """The entities that were predicted in a row; a score is the mean over the words."""
        return self._marks(self.predicted, row, scored=True)

    def _marks(self, entities: Entities, row: int, *, scored: bool = False) -> list[Mark]:
        low, high = np.searchsorted(entities.rows, [row, row + 1])
        found = []
        for first, last, kind in zip(*(field[low:high].tolist() for field in entities[1:]), strict=True):
            score = float(self.scores.values[first : last + 1].mean()) if scored else 1.0
            found.append(Mark(*self.place(first, last), self.types[kind], score))
        return sorted(found)


def tagged_rows(answers: Answered) -> TaggedRows:
    """Of answers with `logits` and `tags` of the words that were read, float [N, words, C] and int [N, words]; see
    `TagNetwork.join`."""
    words, logits, said = answers.expected, answers.outputs["logits"], answers.outputs["tags"].values
    probabilities = softmax(logits.values.astype(np.float64), axis=-1)
    read = is_read(words, logits)
    tags, scores = np.zeros(len(words.values), np.int64), np.ones(len(words.values))
    tags[read], scores[read] = said, probabilities[np.arange(len(said)), said]
    predicted = RaggedRows(tags, words.splits)
    expected_entities = entities_in(RaggedRows(words.values[:, TAG].astype(np.int64), words.splits))
    predicted_entities = entities_in(predicted)
    return TaggedRows(
        words=words,
        tags=predicted,
        scores=RaggedRows(scores, words.splits),
        expected=expected_entities,
        predicted=predicted_entities,
        found=hits(expected_entities, predicted_entities),
        right=hits(predicted_entities, expected_entities),
        types=types_of(answers),
    )


def is_read(words: RaggedRows, outputs: RaggedRows) -> np.ndarray:
    """Whether each word was read, bool [T]: the first ones of a row are."""
    inside = np.arange(len(words.values)) - np.repeat(words.splits[:-1], words.lengths)
    return inside < np.repeat(outputs.lengths, words.lengths)


def row_losses(answers: Answered) -> np.ndarray:
    """What is left of certainty of the expected tags of a row's words, in nats, float64 [N]: their sum."""
    words, logits = answers.expected, answers.outputs["logits"]
    expected = words.values[is_read(words, logits), TAG]
    logs = log_softmax(logits.values.astype(np.float64), axis=-1)
    of_words = -logs[np.arange(len(expected)), expected]
    return np.bincount(logits.row_of, weights=of_words, minlength=len(words))


def types_of(answers: Answered) -> tuple[str, ...]:
    """The names of the types of entities."""
    return tuple(answers.facts["label_names"])


def listed(marks: Sequence[Mark], text: str | None = None) -> str:
    """For people: `Ada Lovelace (PER), London (LOC)`; without the text, places stand for what is written there."""
    named = [f"{mark.type} {mark.start}–{mark.end}" if text is None else f"{text[mark.start : mark.end]} ({mark.type})"
             for mark in marks]  # fmt: skip
    return ", ".join(named) or NO_ENTITY
