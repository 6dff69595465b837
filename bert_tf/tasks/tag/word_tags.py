"""Tags of words as numbers, and the entities that they make: outside is 0, each type has one to begin and one to go on.

Read as CoNLL's scorer reads them: a tag that goes on with nothing begins an entity.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bert_tf.ragged_rows import RaggedRows

TAG, START, END, IS_SEEN = range(4)  # columns of what is expected of a word
SEEN = 1


def beginning_of(kind: int) -> int:
    """The tag of the first word of an entity."""
    return 1 + 2 * kind


def inside_of(kind: int) -> int:
    """The tag of the others."""
    return 2 + 2 * kind


def tag_names(types: Sequence[str]) -> list[str]:
    """`O`, `B-PER`, `I-PER`, …, by tag."""
    return ["O", *(f"{letter}-{name}" for name in types for letter in "BI")]


class Entities(NamedTuple):
    """E entities in words of N rows, which are counted through all rows; each field int64 [E].

    Attributes:
        rows: The row of each.
        firsts: Its first word.
        lasts: Its last word.
        types: Its type.
    """

    rows: np.ndarray
    firsts: np.ndarray
    lasts: np.ndarray
    types: np.ndarray

    def of(self, chosen: np.ndarray) -> "Entities":
        """Some of them; a mask."""
        return Entities(*(field[chosen] for field in self))


def entities_in(tags: RaggedRows) -> Entities:
    """The entities that tags make, int [N, words]."""
    flat = tags.values
    types = np.where(flat > 0, (flat - 1) // 2, -1)
    row_begins = np.zeros(len(flat) + 1, bool)
    row_begins[tags.splits] = True
    before = np.concatenate([[-1], types[:-1]]) if len(flat) else types
    goes_on = (flat > 0) & (flat % 2 == 0) & (before == types) & ~row_begins[:-1]
    firsts = np.flatnonzero((types >= 0) & ~goes_on)
    lasts = np.flatnonzero((types >= 0) & ~np.append(goes_on[1:], False)) if len(flat) else firsts
    return Entities(tags.row_of[firsts], firsts, lasts, types[firsts])


def hits(some: Entities, others: Entities) -> np.ndarray:
    """Whether each of `some` is among `others`, with the same words and the same type; bool [E]."""
    keys = [np.stack(entities[1:], axis=1) for entities in (some, others)]
    wanted = set(map(tuple, keys[1].tolist()))
    return np.array([tuple(key) in wanted for key in keys[0].tolist()], bool)
