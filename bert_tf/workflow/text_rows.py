"""The rows of a training that compares vectors: several texts each, and which of them are equal."""

import numpy as np

from bert_tf.batches.dataset import EpochRows
from bert_tf.batches.label_pairs import LabelPairs
from bert_tf.batches.text_groups import TextGroups
from bert_tf.workflow.prepare import Prepared

_NO_TEXT = -1  # the number of a text that never counts


def text_rows(prepared: Prepared, *, seed: int, mined: np.ndarray | None = None) -> tuple[EpochRows, np.ndarray]:
    """N rows of T texts, and what the loss is given of them: numbers of texts, int32 [N, T].

    Args:
        prepared: With texts that are right or wrong for training rows, or labels that rows have in common.
        seed: Of the pairs that are drawn of labels.
        mined: A further wrong text of each row, by its place in the texts, int [N]; -1 for none. None adds none.
    """
    tokens, texts = prepared.tokens["train"], prepared.texts["train"]
    if texts.labels is not None:
        wrong = None if mined is None else _filled(mined, np.arange(len(mined)))[:, np.newaxis]
        of_texts: np.ndarray = texts.labels
        rows: EpochRows = LabelPairs(tokens, texts.labels, seed=seed, wrong=wrong)
    else:
        others = texts.text_of
        if mined is not None:
            others = np.column_stack([others, _filled(mined, others[:, 0])])
        of_texts = np.arange(len(texts.texts))
        rows = TextGroups(tokens, texts.tokens, others)
    if mined is None:
        return rows, texts.numbers
    numbers = np.where(mined < 0, _NO_TEXT, of_texts[mined]).astype(np.int32)
    return rows, np.column_stack([texts.numbers, numbers])


def _filled(mined: np.ndarray, instead: np.ndarray) -> np.ndarray:
    """Rows of a batch have equally many texts: one that has no wrong one has another in its place, which the loss
    leaves out."""
    return np.where(mined < 0, instead, mined)
