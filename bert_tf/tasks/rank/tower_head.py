"""What an encoder's vector of a text comes to in both towers."""

import tensorflow as tf
import tf_keras as keras

ATTENTION = 2  # numbers of a text: how much attention it gets, and how much of that it loses with age


class TowerHead(keras.layers.Layer):
    """Of each text what it is as an item, what it says of a user who liked it, and the attention that it gets.

    Both towers begin with the encoder's own vector: their kernels are added to it, and are zero at first. So are those
    of what is known of an item beside its text, a vector for each category and each number.

    Args:
        initializer_range: Standard deviation of the attention's first weights.
        features: F, numbers that are known of an item beside its text.
        reads_age: Whether attention depends on how long ago an item was liked.
    """

    def __init__(self, initializer_range: float, *, features: int = 0, reads_age: bool = False) -> None:
        super().__init__(name="head")
        self._range, self._features, self._reads_age = initializer_range, features, reads_age

    def build(self, shape: tf.TensorShape) -> None:
        """Make the layers for vectors of a size."""
        size = int(shape[-1])
        self.item = keras.layers.Dense(size, kernel_initializer="zeros", name="item")
        self.user = keras.layers.Dense(size, kernel_initializer="zeros", name="user")
        normal = keras.initializers.RandomNormal(stddev=self._range)
        self.attention = keras.layers.Dense(ATTENTION, kernel_initializer=normal, name="attention")
        if self._reads_age:
            self.age = keras.layers.Dense(1, kernel_initializer="zeros", name="age")
        if self._features:
            shapes = {"name": "features", "shape": (self._features, 2 * size), "initializer": "zeros"}
            self.of_features = self.add_weight(**shapes)
        super().build(shape)

    def call(self, pooled: tf.Tensor, features: tf.Tensor | None = None) -> tf.Tensor:
        """float32 [B, H], and features, float32 [B, F] or None where they are not known, to float32 [B, 2 H + 2], or
        [B, 2 H + 3] with age."""
        pooled = tf.cast(pooled, tf.float32)
        towers = tf.concat([pooled + self.item(pooled), pooled + self.user(pooled)], -1)
        if features is not None:
            towers += tf.matmul(tf.ensure_shape(features, [None, self._features]), self.of_features)
        age = [self.age(pooled)] if self._reads_age else []
        return tf.concat([towers, self.attention(pooled), *age], -1)
