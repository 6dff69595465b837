"""Where the right text of each row stands when texts are ranked by the cosines of their vectors with the row's."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bert_tf.ragged_rows import RaggedRows

_AT_ONCE = 1 << 24  # cosines: 64 MiB


@dataclass(frozen=True, eq=False)
class Ranking:
    """Of N rows among U texts.

    Attributes:
        rank: Of the right text, from 1; texts that are just as near stand before it; int32 [N].
        score: Its cosine, float32 [N].
        wrong: Which of the other texts is the nearest, int64 [N]; the right one where there are no others.
        wrong_score: Its cosine, float32 [N]; -1 where there are no others.
    """

    rank: np.ndarray
    score: np.ndarray
    wrong: np.ndarray
    wrong_score: np.ndarray


def rank_texts(vectors: np.ndarray, texts: np.ndarray, *, right: np.ndarray, left_out: RaggedRows) -> Ranking:
    """Rank all texts for each row, exactly.

    Args:
        vectors: Of N rows, of length 1, float32 [N, H].
        texts: Vectors of U texts, of length 1, float32 [U, H].
        right: Which text is the right one, int [N].
        left_out: Which others are not ranked for a row, because they are right as well; int [N, …].
    """
    parts = [_ranked(vectors[part], texts, right[part], left_out[part]) for part in blocks(len(vectors), len(texts))]
    return Ranking(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def blocks(rows: int, texts: int) -> list[slice]:
    """Parts of N rows, at least one, whose cosines with U texts fit into memory."""
    at_once = max(1, _AT_ONCE // max(texts, 1))
    return [slice(start, min(start + at_once, rows)) for start in range(0, max(rows, 1), at_once)]


def shortened(vectors: np.ndarray, size: int) -> np.ndarray:
    """The first dimensions of vectors, float32 [N, size], made of length 1 again; zeros stay zeros."""
    first = vectors[:, :size]
    lengths = np.linalg.norm(first, axis=1, keepdims=True)
    return np.divide(first, lengths, out=np.zeros_like(first), where=lengths > 0)


def _ranked(vectors: np.ndarray, texts: np.ndarray, right: np.ndarray, left_out: RaggedRows) -> Sequence[np.ndarray]:
    cosines = vectors @ texts.T
    rows = np.arange(len(vectors))
    own = cosines[rows, right]
    cosines[left_out.row_of, left_out.values] = -np.inf
    cosines[rows, right] = -np.inf
    # As many as are not farther: a cosine that is not a number, as of a model that diverged, is no hit.
    rank = np.minimum(1 + (~(cosines < own[:, np.newaxis])).sum(1), len(texts))
    nearest = cosines.argmax(1)
    wrong_score = cosines[rows, nearest]
    has_none = np.isneginf(wrong_score)
    return (
        rank.astype(np.int32),
        own.astype(np.float32),
        np.where(has_none, right, nearest),
        np.where(has_none, -1, wrong_score).astype(np.float32),
    )
