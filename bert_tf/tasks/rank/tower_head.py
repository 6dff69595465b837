"""What an encoder's vector of a text comes to in both towers."""

import tensorflow as tf
import tf_keras as keras

ATTENTION = 2  # numbers of a text: how much attention it gets, and how much of that it loses with age


class TowerHead(keras.layers.Layer):
    """Of each text what it is as an item, what it says of a user who liked it, and the attention that it gets.

    Both towers begin with the encoder's own vector: their kernels are added to it, and are zero at first.

    Args:
        initializer_range: Standard deviation of the attention's first weights.
    """

    def __init__(self, initializer_range: float) -> None:
        super().__init__(name="head")
        self._range = initializer_range

    def build(self, shape: tf.TensorShape) -> None:
        """Make the layers for vectors of a size."""
        size = int(shape[-1])
        self.item = keras.layers.Dense(size, kernel_initializer="zeros", name="item")
        self.user = keras.layers.Dense(size, kernel_initializer="zeros", name="user")
        normal = keras.initializers.TruncatedNormal(stddev=self._range)
        self.attention = keras.layers.Dense(ATTENTION, kernel_initializer=normal, name="attention")
        super().build(shape)

    def call(self, pooled: tf.Tensor) -> tf.Tensor:
        """float32 [B, H] to float32 [B, 2 H + 2]."""
        pooled = tf.cast(pooled, tf.float32)
        return tf.concat([pooled + self.item(pooled), pooled + self.user(pooled), self.attention(pooled)], -1)
