"""What a report says of entities beside scores: their errors, those that training has not seen, and words."""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bert_tf.report.measured import Measured
from bert_tf.tasks.tag.answered_entities import TaggedRows, row_losses, tagged_rows
from bert_tf.tasks.tag.entity_errors import EntityErrors, entity_errors
from bert_tf.tasks.tag.word_tags import END, START, TAG

_WORDS = 20


class Recall(NamedTuple):
    """How many of some entities were found."""

    found: int
    entities: int

    @property
    def share(self) -> float | None:
        """None of none."""
        return self.found / self.entities if self.entities else None


class WrongWord(NamedTuple):
    """A word, how often it has a wrong tag, and how often it is there."""

    word: str
    wrong: int
    times: int


@dataclass(frozen=True, eq=False)
class MeasuredEntities:
    """Of a split's answers.

    Attributes:
        found: The same answers and their scores.
        rows: Words and entities.
        losses: Of each row, float64 [N].
        errors: Counted.
        seen, unseen: Entities that are written so in the training rows with the same type, and others.
        words: Those that are most often wrong.
    """

    found: Measured
    rows: TaggedRows
    losses: np.ndarray
    errors: EntityErrors
    seen: Recall
    unseen: Recall
    words: list[WrongWord]

    @property
    def wrong(self) -> np.ndarray:
        """Rows whose entities are not exactly those expected, largest loss first; int64 [n]."""
        rows = np.flatnonzero(~self.rows.is_right)
        return rows[np.argsort(-self.losses[rows], kind="stable")]


def measured_entities(found: Measured) -> MeasuredEntities:
    """Measure the split that the report shows."""
    answers = found.rows.answers
    rows = tagged_rows(answers)
    return MeasuredEntities(
        found=found,
        rows=rows,
        losses=row_losses(answers),
        errors=entity_errors(rows),
        seen=_recall(rows.found[rows.seen]),
        unseen=_recall(rows.found[~rows.seen]),
        words=_wrong_words(found, rows),
    )


def _recall(found: np.ndarray) -> Recall:
    return Recall(int(found.sum()), len(found))


def _wrong_words(found: Measured, rows: TaggedRows) -> list[WrongWord]:
    wrong, times = Counter[str](), Counter[str]()
    values, tags = rows.words.values, rows.tags.values
    for row in range(len(rows)):
        text, here = found.rows.text(row), slice(rows.words.splits[row], rows.words.splits[row + 1])
        words = [text[start:end] for start, end in values[here, START : END + 1].tolist()]
        times.update(words)
        is_wrong = values[here, TAG] != tags[here]
        wrong.update(word for word, is_so in zip(words, is_wrong, strict=True) if is_so)
    return [WrongWord(word, count, times[word]) for word, count in wrong.most_common(_WORDS)]
