"""In which way entities are wrong: of another type, with other words, missed, or invented."""

from dataclasses import dataclass

import numpy as np

from bert_tf.tasks.tag.answered_entities import TaggedRows
from bert_tf.tasks.tag.word_tags import Entities

# In the order of a table; those of expected entities first.
KINDS = ("other type", "other words", "other type and words", "missed", "invented")
_TYPE, _WORDS, _BOTH, _MISSED, _INVENTED = range(5)


@dataclass(frozen=True, eq=False)
class EntityErrors:
    """Of N rows.

    Attributes:
        counts: Errors of each of `KINDS`, int64 [5].
        confusion: Entities by expected and predicted type, int64 [types + 1, types + 1]; the last is none. An entity
            with other words than expected counts for the first predicted one that has some of them.
    """

    counts: np.ndarray
    confusion: np.ndarray

    @property
    def total(self) -> int:
        """All errors."""
        return int(self.counts.sum())


def entity_errors(rows: TaggedRows) -> EntityErrors:
    """Count them."""
    expected, predicted = rows.expected, rows.predicted
    at = _entity_at(predicted, len(rows.words.values))
    counts = np.zeros(len(KINDS), np.int64)
    confusion = np.zeros((len(rows.types) + 1, len(rows.types) + 1), np.int64)
    met = set()
    for first, last, kind in zip(*(field.tolist() for field in expected[1:]), strict=True):
        own = at[first : last + 1]
        others = own[own >= 0]
        met.update(others.tolist())
        other = _like(predicted, others, first, last)
        confusion[kind, len(rows.types) if other is None else predicted.types[other]] += 1
        error = _kind(predicted, other, first, last, kind)
        if error is not None:
            counts[error] += 1
    invented = np.array([entity for entity in range(len(predicted.rows)) if entity not in met], int)
    counts[_INVENTED] = len(invented)
    np.add.at(confusion, (len(rows.types), predicted.types[invented]), 1)
    return EntityErrors(counts, confusion)


def _entity_at(entities: Entities, words: int) -> np.ndarray:
    """The entity that each word is of, -1 for none; int64 [words]."""
    at = np.full(words, -1, np.int64)
    for number, (first, last) in enumerate(zip(entities.firsts.tolist(), entities.lasts.tolist(), strict=True)):
        at[first : last + 1] = number
    return at


def _like(predicted: Entities, others: np.ndarray, first: int, last: int) -> int | None:
    """Of the predicted entities that share words, the one with exactly these words, else the first."""
    found = list(dict.fromkeys(others.tolist()))
    same = [each for each in found if (predicted.firsts[each], predicted.lasts[each]) == (first, last)]
    return next(iter([*same, *found]), None)


def _kind(predicted: Entities, other: int | None, first: int, last: int, kind: int) -> int | None:
    """Which of `KINDS`; None for an entity that is found."""
    if other is None:
        return _MISSED
    has_words = (predicted.firsts[other], predicted.lasts[other]) == (first, last)
    has_type = predicted.types[other] == kind
    if has_words:
        return None if has_type else _TYPE
    return _WORDS if has_type else _BOTH
