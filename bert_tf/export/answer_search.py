"""Exact search of a corpus of answers, in the graph: a question is compared with every one of them."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from bert_tf.models.task_network import Outputs

SCORES, TEXTS, NONE_FITS = "scores", "texts", "none_fits"
NO_SCORE = -2.0  # of a place without an answer: below any cosine


class AnswerSearch(tf.Module):
    """The answers whose vectors are nearest to a question's.

    Vectors and texts are variables and not constants: they would be parsed, copied and optimized with the graph, which
    holds 2 GB at most. The vectors are columns: TensorFlow multiplies a single question with columns sooner than with
    rows.

    Args:
        vectors: Of N answers, float32 [N, D], each of length 1: scores are cosines.
        columns: What is told of an answer by the name of the output, such as `ids`: N texts in UTF-8 each.
        top: How many are found, from 1 to N.
        threshold: No answer fits where the best score is below it; None doesn't say whether one does.
    """

    def __init__(
        self, vectors: np.ndarray, *, columns: Mapping[str, Sequence[bytes]], top: int, threshold: float | None
    ) -> None:
        super().__init__(name="answers")
        self.vectors = tf.Variable(vectors.T.astype(np.float32), trainable=False, name="vectors")
        self.columns = {
            name: tf.Variable(tf.constant(list(texts), tf.string), trainable=False, name=name)
            for name, texts in columns.items()
        }
        self._top, self._threshold = top, threshold
        self._repeats = max(Counter(columns.get(TEXTS, ())).values(), default=1)

    def __call__(self, questions: tf.Tensor) -> Outputs:
        """`scores` float32 [B, k], highest first; the columns, string [B, k]; with a threshold `none_fits`, bool [B].

        Args:
            questions: Vectors of length 1, float32 [B, D]; B may be 0.
        """
        return self._decided(self._found(questions, self._top))

    def without(self, questions: tf.Tensor, texts: tf.Tensor) -> Outputs:
        """The same without answers that have one of some texts; score -2 and "" behind the last where fewer are left.

        Args:
            questions: As above.
            texts: string [B, N].
        """
        answers = self.vectors.shape[1]
        found = self._found(questions, tf.minimum(self._top + self._repeats * tf.shape(texts)[1], answers))
        is_left = ~tf.reduce_any(found[TEXTS][:, :, tf.newaxis] == texts[:, tf.newaxis], 2)
        # Those that are left first, as they stand.
        order = tf.argsort(tf.cast(~is_left, tf.int32), axis=1, stable=True)[:, : self._top]
        is_there = tf.gather(is_left, order, batch_dims=1)
        kept = {
            name: tf.where(is_there, tf.gather(each, order, batch_dims=1), NO_SCORE if name == SCORES else "")
            for name, each in found.items()
        }
        return self._decided({name: tf.ensure_shape(each, [None, self._top]) for name, each in kept.items()})

    def _found(self, questions: tf.Tensor, top: int | tf.Tensor) -> Outputs:
        # Of two equal scores that of the earlier answer comes first.
        scores, places = tf.math.top_k(tf.matmul(questions, self.vectors), top)
        return {SCORES: scores, **{name: tf.gather(texts, places) for name, texts in self.columns.items()}}

    def _decided(self, found: Outputs) -> Outputs:
        decided = {} if self._threshold is None else {NONE_FITS: found[SCORES][:, 0] < self._threshold}
        return {**found, **decided}
