"""The layers of several heads as one."""

from collections.abc import Mapping

import tensorflow as tf
import tf_keras as keras

from bert_tf.models.task_network import Outputs

LOG_VARIANCES = "log_variances"
# AdamW moves a weight by the learning rate at most, and that of an encoder is far too small for numbers that begin at
# 0: this has the effect of a learning rate of their own.
_TIMES_LEARNING_RATE = 100.0


class HeadsLayer(keras.layers.Layer):
    """Layer from the vectors of texts, float32 [B, H], to what each head's layer makes of them, by name; and, where
    they are learned, to the logarithms of the variances that losses are divided by, `log_variances`, float32 [B, K],
    which are the same for each row.

    Args:
        layers: Of the heads, by name.
        learned: Whether there are such variances.
    """

    def __init__(self, layers: Mapping[str, keras.layers.Layer], *, learned: bool) -> None:
        super().__init__(name="head", dtype="float32")
        self._names, self._layers_of_heads = tuple(layers), list(layers.values())
        self._learned = None
        if learned:
            self._learned = self.add_weight(name=LOG_VARIANCES, shape=(len(layers),), initializer="zeros")

    def call(self, vectors: tf.Tensor, training: bool = False) -> Outputs:
        """See the class."""
        found = {
            name: layer(vectors, training=training)
            for name, layer in zip(self._names, self._layers_of_heads, strict=True)
        }
        if self._learned is None:
            return found
        # The gradient is that of the logarithms themselves, so that they don't weigh more than the encoder in its norm.
        scaled = self._learned + tf.stop_gradient((_TIMES_LEARNING_RATE - 1) * self._learned)
        rows = tf.concat([tf.shape(vectors)[:1], tf.shape(scaled)], 0)
        return {**found, LOG_VARIANCES: tf.broadcast_to(scaled, rows)}
