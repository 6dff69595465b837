"""Hard negatives that a model in training makes mistakes with: mined of the training rows, and put into its batches."""

from collections.abc import Mapping

import numpy as np

from bert_tf.batches.dataset import TrainingBatches, evaluation_batches
from bert_tf.errors import TrainingError
from bert_tf.evaluation.hard_negatives import Mining, hard_negatives, hard_negatives_by_label
from bert_tf.plurals import counted
from bert_tf.workflow.prepare import Prepared
from bert_tf.workflow.ranked_outputs import Predict, also_right, vectors_of_right_texts
from bert_tf.workflow.text_rows import text_rows

_MINED = "mined"  # in a point


class NegativeMiner:
    """Makes the batches of a training from the wrong texts that its rows have so far: none before the first time.

    Args:
        mining: As the recipe wants it.
        prepared: With the training rows.
        seed: As of `text_rows`.
        batch_tokens: As of `evaluation_batches`.
    """

    def __init__(self, mining: Mining, prepared: Prepared, *, seed: int, batch_tokens: int) -> None:
        self._mining, self._prepared, self._seed, self._batch_tokens = mining, prepared, seed, batch_tokens
        self._mined: np.ndarray | None = None

    def mine(self, predict: Predict) -> None:
        """Find the wrong text of each row by a model's vectors."""
        tokens, texts = self._prepared.tokens["train"], self._prepared.texts["train"]
        batches, order = evaluation_batches(tokens, batch_tokens=self._batch_tokens)
        ((_, vectors),) = predict(batches, order).items()
        if texts.labels is not None:
            found = hard_negatives_by_label(vectors, texts.labels, margin=self._mining.margin)
        else:
            of_texts = vectors_of_right_texts(predict, texts, batch_tokens=self._batch_tokens)
            right = np.searchsorted(texts.right, texts.text_of[:, 0])
            left_out = also_right(texts, right)
            found = hard_negatives(vectors, of_texts, right=right, left_out=left_out, margin=self._mining.margin)
            found = np.where(found < 0, -1, texts.right[found])
        self._mined = found.astype(np.int32)

    def of_point(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Take what a point says; TrainingError where it is of other rows."""
        if _MINED not in arrays:
            return
        if len(arrays[_MINED]) != len(self._prepared.tokens["train"]):
            raise TrainingError("The mined texts of the checkpoint are those of other rows.")
        self._mined = arrays[_MINED]

    def for_point(self) -> dict[str, np.ndarray]:
        """What a point has to say for `of_point`."""
        return {} if self._mined is None else {_MINED: self._mined}

    def batches(self, before: TrainingBatches) -> TrainingBatches:
        """The batches of the training, with the wrong texts."""
        if self._mined is None:
            return before
        rows, numbers = text_rows(self._prepared, seed=self._seed, mined=self._mined)
        return before.replaced(rows, targets=numbers)

    @property
    def found(self) -> int:
        """How many rows have a wrong text."""
        return 0 if self._mined is None else int((self._mined >= 0).sum())

    def told(self, epochs: int) -> str:
        """What was found after some epochs, in a sentence."""
        rows = len(self._prepared.tokens["train"])
        return f"Hard negatives after epoch {epochs}: {self.found:,} of {counted(rows, 'training row')} have one."
