"""The wrong texts that a model takes for right ones, or nearly does: what to train it on next.

A text that is nearer than the right one may be right too, and the data doesn't say so. Of the ways to pass over such
texts that Moreira et al. compare ("NV-Retriever: Improving text embedding models with effective hard-negative mining",
2024, https://arxiv.org/abs/2407.15831), this is TopK-MarginPos with the first text.
"""

from dataclasses import dataclass

import numpy as np

from bert_tf.evaluation.ranking import blocks
from bert_tf.ragged_rows import RaggedRows


@dataclass(frozen=True)
class Mining:
    """When hard negatives are mined, and which texts are passed over.

    Attributes:
        every: After each so many epochs, at least 1.
        margin: How far the cosine of a text has to be below that of the right one, in [-2, 2].
    """

    every: int
    margin: float


def hard_negatives(
    vectors: np.ndarray, texts: np.ndarray, *, right: np.ndarray, left_out: RaggedRows, margin: float
) -> np.ndarray:
    """The nearest text that is wrong for each row, int64 [N]; -1 where none is far enough behind the right one.

    Args:
        vectors, texts, right, left_out: As of `rank_texts`.
        margin: As of `Mining`.
    """
    found = []
    for part in blocks(len(vectors), len(texts)):
        cosines, rows = vectors[part] @ texts.T, np.arange(part.stop - part.start)
        own, others = cosines[rows, right[part]].copy(), left_out[part]
        cosines[others.row_of, others.values] = -np.inf
        cosines[rows, right[part]] = -np.inf
        found.append(_nearest(cosines, own - margin))
    return np.concatenate(found)


def hard_negatives_by_label(vectors: np.ndarray, labels: np.ndarray, *, margin: float) -> np.ndarray:
    """The same for texts of which those belong together that have one label: the nearest one with another label.

    Args:
        vectors: Of N texts, of length 1, float32 [N, H].
        labels: int [N].
        margin: As of `Mining`, and below the nearest text of the same label.
    """
    found = []
    for part in blocks(len(vectors), len(vectors)):
        cosines = vectors[part] @ vectors.T
        same = labels[part, np.newaxis] == labels
        is_other = same.copy()
        is_other[np.arange(len(same)), np.arange(part.start, part.stop)] = False
        own = np.where(is_other, cosines, -np.inf).max(1)
        # A text that is alone with its label has itself.
        own = np.where(np.isneginf(own), 1.0, own)
        found.append(_nearest(np.where(same, -np.inf, cosines), own - margin))
    return np.concatenate(found)


def _nearest(cosines: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Places of the largest cosines that are no larger than given ones; -1 where there are none."""
    # A cosine that is not a number, as of a model that diverged, is none.
    allowed = np.where(cosines <= most[:, np.newaxis], cosines, -np.inf)
    places = allowed.argmax(1)
    return np.where(np.isneginf(allowed[np.arange(len(places)), places]), -1, places)
