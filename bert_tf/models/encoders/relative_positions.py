"""MPNet's relative positions: what is added to a score for how far the one token is from the other.

Raffel et al., "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer", 2020: distances
share a value in buckets, which grow with the distance, and there are as many buckets backwards as forwards.
"""

import math

import numpy as np
import tensorflow as tf
import tf_keras as keras

from bert_tf.models.encoders.built_layers import InitialValues
from bert_tf.models.encoders.encoder_config import EncoderConfig

# Farther tokens are all in one bucket.
_FARTHEST = 128


def distance_buckets(longest: int, buckets: int) -> np.ndarray:
    """The bucket of each distance from -(longest - 1) to longest - 1, key minus query; int32 [2·longest - 1]."""
    distances = np.arange(1 - longest, longest)
    half = buckets // 2
    exact = half // 2
    far = np.abs(distances)
    # In float32 and in this order, as MPNet was trained: at the edges of buckets rounding decides.
    ratio = np.log(np.maximum(far, 1).astype(np.float32) / np.float32(exact)) / np.float32(math.log(_FARTHEST / exact))
    grown = np.minimum(exact + (ratio * np.float32(half - exact)).astype(np.int32), half - 1)
    return (np.where(far < exact, far, grown) + half * (distances > 0)).astype(np.int32)


def distance_index(length: tf.Tensor | int, longest: int) -> tf.Tensor:
    """Where in `distance_buckets` each pair of tokens is found: int32 [L, L], queries by keys."""
    places = tf.range(length)
    return places[tf.newaxis] - places[:, tf.newaxis] + (longest - 1)


class RelativePositions(keras.layers.Layer):
    """The table of buckets, which all layers share.

    Attributes:
        table: [buckets, N].
    """

    def __init__(self, config: EncoderConfig, initial: InitialValues) -> None:
        super().__init__(name="relative_positions")
        self._longest, self._buckets = config.longest_input, config.relative_buckets
        with tf.name_scope("relative_positions"):
            self.table = self.add_weight(
                name="table",
                shape=[config.relative_buckets, config.heads],
                initializer=initial("relative_positions/table"),
            )
        self.built = True

    def call(self, length: tf.Tensor) -> tf.Tensor:
        """What is added to the scores of rows of L tokens, float32 [N, L, L]."""
        buckets = tf.gather(distance_buckets(self._longest, self._buckets), distance_index(length, self._longest))
        # A lookup whose gradient is a matmul: a scatter of L² rows would run one by one.
        return tf.transpose(tf.tensordot(tf.one_hot(buckets, self._buckets), self.table, 1), [2, 0, 1])

    def by_distance(self) -> np.ndarray:
        """What is added now, by head and by distance as in `distance_buckets`: float32 [N, 2·longest - 1]."""
        return self.table.numpy().T[:, distance_buckets(self._longest, self._buckets)]
