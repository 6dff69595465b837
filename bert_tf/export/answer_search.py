"""Exact search of a corpus of answers, in the graph: a question is compared with every one of them."""

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from bert_tf.models.task_network import Outputs

SCORES, NONE_FITS = "scores", "none_fits"


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

    def __call__(self, questions: tf.Tensor) -> Outputs:
        """`scores` float32 [B, k], highest first; the columns, string [B, k]; with a threshold `none_fits`, bool [B].

        Args:
            questions: Vectors of length 1, float32 [B, D]; B may be 0.
        """
        # Of two equal scores that of the earlier answer comes first.
        scores, places = tf.math.top_k(tf.matmul(questions, self.vectors), self._top)
        found = {name: tf.gather(texts, places) for name, texts in self.columns.items()}
        decided = {} if self._threshold is None else {NONE_FITS: scores[:, 0] < self._threshold}
        return {SCORES: scores, **found, **decided}
