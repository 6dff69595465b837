"""Equal texts: which rows repeat one, which of them contradict each other, which stand in the training rows too."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bert_tf.data.pools import Pool
from bert_tf.plurals import counted


@dataclass(frozen=True)
class Contradictions:
    """Texts (with their pair) that have more than one label.

    Attributes:
        texts: How many different ones.
        rows: That have one of them.
        example: Two of these rows with their labels: `a.csv:3 is 'x', a.csv:9 is 'y'`.
    """

    texts: int
    rows: int
    example: str

    @property
    def sentence(self) -> str:
        """What they are, and where the first one is."""
        texts = "1 text has" if self.texts == 1 else f"{self.texts:,} texts have"
        return f"{texts} more than one label, {self.rows:,} rows: {self.example}"


def leakage_note(split: str, leaked: int, rows: int) -> str:
    """What follows from texts that are in training and in a split that is measured."""
    appear = "appears" if leaked == 1 else "appear"
    return f"{leaked:,} of {counted(rows, f'{split} text')} also {appear} in the training set, so scores are optimistic"


def without_repeats(pools: Mapping[str, Pool]) -> dict[str, Pool]:
    """The pools without rows whose text (and pair) stands in an earlier one, of the same split or one before it."""
    kept: dict[str, Pool] = {}
    before = np.empty(0, dtype=np.uint64)
    for split, pool in pools.items():
        hashes = pool.text_hashes[pool.rows]
        is_first = np.zeros(len(hashes), dtype=bool)
        is_first[np.unique(hashes, return_index=True)[1]] = True
        kept[split] = pool.part(is_first & ~np.isin(hashes, before))
        before = np.concatenate([before, hashes])
    return kept


def leaked_rows(parts: Mapping[str, Pool]) -> dict[str, np.ndarray]:
    """For each split but `train`: whether a row's text (and pair) also stands in the training rows; bool[n]."""
    hashes = {split: pool.text_hashes[pool.rows] for split, pool in parts.items()}
    return {split: np.isin(found, hashes["train"]) for split, found in hashes.items() if split != "train"}


def no_leaks(parts: Mapping[str, Pool]) -> dict[str, np.ndarray]:
    """The same where texts belong into several splits."""
    return {split: np.zeros(len(pool.rows), bool) for split, pool in parts.items() if split != "train"}


def find_contradictions(pools: Mapping[str, Pool]) -> Contradictions | None:
    """Over all splits together; None where each text has one label."""
    hashes = np.concatenate([pool.text_hashes[pool.rows] for pool in pools.values()])
    # Few texts stand in several rows: with the others, all of this would take most of the memory that data takes.
    repeated = _rows_of_repeated(hashes)
    values = {split: pool.values for split, pool in pools.items()}
    listed = list(dict.fromkeys(value for found in values.values() for value in found.distinct))
    code_of = {value: code for code, value in enumerate(listed)}
    labels = np.concatenate(
        [np.array([code_of[value] for value in found.distinct], np.int32)[found.codes] for found in values.values()]
    )[repeated]
    texts, text_of = np.unique(hashes[repeated], return_inverse=True)
    first_label = np.zeros(len(texts), dtype=labels.dtype)
    first_label[text_of[::-1]] = labels[::-1]
    differs = labels != first_label[text_of]
    if not differs.any():
        return None
    is_contradicted = np.zeros(len(texts), dtype=bool)
    is_contradicted[text_of[differs]] = True
    one = int(np.flatnonzero(differs)[0])
    first = int(np.flatnonzero(text_of == text_of[one])[0])
    example = ", ".join(f"{_place(pools, int(repeated[row]))} is {listed[labels[row]]!r}" for row in (first, one))
    return Contradictions(int(is_contradicted.sum()), int(is_contradicted[text_of].sum()), example)


def _rows_of_repeated(hashes: np.ndarray) -> np.ndarray:
    """Rows, ascending, whose text stands in another one as well."""
    order = np.argsort(hashes, kind="stable")
    is_next_equal = np.append(hashes[order[1:]] == hashes[order[:-1]], False)
    is_next_equal[1:] |= is_next_equal[:-1].copy()
    return np.sort(order[is_next_equal])


def _place(pools: Mapping[str, Pool], row: int) -> str:
    """Where a row of all pools, one after the other, came from."""
    for pool in pools.values():
        if row < len(pool.rows):
            return pool.examples.place(int(pool.rows[row]))
        row -= len(pool.rows)
    raise IndexError(row)
