"""The head that tasks share: one dense layer over the vector of a text, or of each token."""

import tf_keras as keras

from bert_tf.models.dropout_layer import Dropout


def dense_head(
    units: int,
    *,
    name: str,
    dropout: float,
    initializer_range: float,
    bias_initializer: keras.initializers.Initializer | str = "zeros",
) -> keras.Sequential:
    """Layer from vectors of texts, float32 [B, H], or of tokens, [B, L, H], to their values, [B, units], [B, L, units].

    Args:
        units: How many.
        name: Of the dense layer.
        dropout: Share of the vector's entries that are left out while training.
        initializer_range: Standard deviation of the kernel's first values, which is the encoder's own.
        bias_initializer: As of `keras.layers.Dense`.
    """
    kernel = keras.initializers.RandomNormal(stddev=initializer_range)
    dense = keras.layers.Dense(
        units, kernel_initializer=kernel, bias_initializer=bias_initializer, dtype="float32", name=name
    )
    return keras.Sequential([Dropout(dropout, name="dropout"), dense], name="head")
