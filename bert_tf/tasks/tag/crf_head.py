"""The head of a conditional random field: a dense layer for words, and a score for each pair of neighbouring tags."""

import tensorflow as tf
import tf_keras as keras

from bert_tf.models.dense_head import dense_head
from bert_tf.models.task_network import Outputs
from bert_tf.tasks.tag.crf import FORBIDDEN, forbidden_transitions

# AdamW moves a weight by the learning rate at most, and that of an encoder is far too small for scores that begin at 0:
# this has the effect of a learning rate of their own.
_TIMES_LEARNING_RATE = 100.0


class CrfHead(keras.layers.Layer):
    """Layer from the vectors of tokens, float32 [B, L, H], to `logits`, float32 [B, L, C], and `transitions`, float32
    [B, 1 + C, C], which are the same for each row; see `WordChains`.

    Args:
        types: How many types of entities there are.
        dropout, initializer_range: As of `dense_head`.
    """

    def __init__(self, types: int, *, dropout: float, initializer_range: float) -> None:
        super().__init__(name="head", dtype="float32")
        forbidden = forbidden_transitions(types)
        self._emissions = dense_head(
            forbidden.shape[1], name="logits", dropout=dropout, initializer_range=initializer_range
        )
        self._never = FORBIDDEN * forbidden.astype("float32")
        self._learned = self.add_weight(name="transitions", shape=forbidden.shape, initializer="zeros")

    def call(self, vectors: tf.Tensor, training: bool = False) -> Outputs:
        """See the class."""
        learned = self._learned
        # The gradient is that of the scores themselves, so that they don't weigh more than the encoder in its norm.
        scaled = learned + tf.stop_gradient((_TIMES_LEARNING_RATE - 1) * learned)
        scores = scaled + self._never
        rows = tf.concat([tf.shape(vectors)[:1], tf.shape(scores)], 0)
        return {
            "logits": self._emissions(vectors, training=training),
            "transitions": tf.broadcast_to(scores, rows),
        }
