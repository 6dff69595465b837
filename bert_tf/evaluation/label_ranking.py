"""Where the nearest text with the same label stands among those with other labels: for each text, all others are ranked
by the cosines of their vectors with its own."""

import numpy as np

from bert_tf.evaluation.ranking import Ranking, blocks


def rank_by_label(vectors: np.ndarray, labels: np.ndarray) -> Ranking:
    """Rank N texts for each of them, exactly.

    The right text is the nearest other one of the same label; the rest of its label is left out.

    Of a text whose label no other has, the rank is the last, and the score -1.

    Args:
        vectors: Of length 1, float32 [N, H].
        labels: int [N].
    """
    parts = [_ranked(vectors, labels, part) for part in blocks(len(vectors), len(vectors))]
    return Ranking(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _ranked(vectors: np.ndarray, labels: np.ndarray, part: slice) -> tuple[np.ndarray, ...]:
    cosines = vectors[part] @ vectors.T
    rows = np.arange(len(cosines))
    same = labels[part, np.newaxis] == labels
    others = same.copy()
    others[rows, rows + part.start] = False
    right = np.where(others, cosines, -np.inf).argmax(1)
    own = np.where(others.any(1), cosines[rows, right], -1.0)
    wrong = np.where(same, -np.inf, cosines)
    nearest = wrong.argmax(1)
    has_none = same.all(1)
    # As many as are not farther: a cosine that is not a number is no hit. -1 is no cosine of a text that is there.
    before = (~same & ~(cosines < own[:, np.newaxis])).sum(1)
    last = (~same).sum(1)
    rank = 1 + np.where(others.any(1), before, last)
    return (
        rank.astype(np.int32),
        own.astype(np.float32),
        np.where(has_none, rows + part.start, nearest),
        np.where(has_none, -1, wrong[rows, nearest]).astype(np.float32),
    )
