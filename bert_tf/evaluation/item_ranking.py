"""Where the item of each row stands when all items are ranked for its user, by scores of any kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from bert_tf.ragged_rows import RaggedRows

# From a part of the rows, n of them, to the scores of all items, float [n, items].
ScoresOf = Callable[[slice], np.ndarray]

_AT_ONCE = 1 << 22  # scores: 32 MiB, and as much for their order
TOP = 10


@dataclass(frozen=True, eq=False)
class ItemRanking:
    """Of N rows.

    Attributes:
        rank: Of the row's item, from 1, int32 [N]; of items with its score, half stand before it.
        among: How many items are ranked, int32 [N].
        top: The first ten items, the best first, and -1 behind them, int32 [N, 10].
        score: Of the row's item, float32 [N].
        wrong: The first of the others, int32 [N]; the row's own where there are no others.
        wrong_score: Its score, float32 [N].
    """

    rank: np.ndarray
    among: np.ndarray
    top: np.ndarray
    score: np.ndarray
    wrong: np.ndarray
    wrong_score: np.ndarray

    def as_outputs(self) -> Mapping[str, np.ndarray]:
        """All of them by name."""
        return dict(vars(self))


def rank_items(scores_of: ScoresOf, *, items: int, right: np.ndarray, left_out: RaggedRows) -> ItemRanking:
    """Rank all items for each row, exactly.

    Args:
        scores_of: Of the ranker.
        items: How many there are, 1 at least.
        right: The item of each row, int [N].
        left_out: Items that are not ranked for a row, such as those that its user knows; the row's own is, in any case.
    """
    at_once = max(1, _AT_ONCE // items)
    parts = [
        _ranked(np.array(scores_of(part), np.float64), right[part], left_out[part])
        for part in (slice(start, min(start + at_once, len(right))) for start in range(0, max(len(right), 1), at_once))
    ]
    return ItemRanking(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _ranked(scores: np.ndarray, right: np.ndarray, left_out: RaggedRows) -> tuple[np.ndarray, ...]:
    rows = np.arange(len(right))
    own = scores[rows, right]
    scores[left_out.row_of, left_out.values] = -np.inf
    scores[rows, right] = own
    among = np.sum(scores > -np.inf, 1) + np.isnan(scores).sum(1)
    # What is not a number, as of a model that diverged, is no hit: as if everything stood before it.
    before = (~(scores <= own[:, np.newaxis])).sum(1)
    level = (scores == own[:, np.newaxis]).sum(1) - 1
    rank = np.minimum(1 + before + np.maximum(level, 0) // 2, np.maximum(among, 1))
    top = _first_ten(scores)
    top = np.where(np.take_along_axis(scores, top, 1) > -np.inf, top, -1)
    top = np.pad(top, [(0, 0), (0, TOP - top.shape[1])], constant_values=-1)
    scores[rows, right] = -np.inf
    wrong = scores.argmax(1)
    wrong_score = scores[rows, wrong]
    alone = ~(wrong_score > -np.inf)
    return (
        rank.astype(np.int32),
        among.astype(np.int32),
        top.astype(np.int32),
        own.astype(np.float32),
        np.where(alone, right, wrong).astype(np.int32),
        np.where(alone, own, wrong_score).astype(np.float32),
    )


def _first_ten(scores: np.ndarray) -> np.ndarray:
    """Places of the highest scores, the best first, int64 [N, ≤ 10]; all are not sorted for it."""
    count = min(TOP, scores.shape[1])
    found = np.sort(np.argpartition(-scores, count - 1, axis=1)[:, :count], axis=1)
    order = np.argsort(-np.take_along_axis(scores, found, 1), axis=1, kind="stable")
    return np.take_along_axis(found, order, 1)
