"""The sum of word, position and type embeddings, its LayerNorm and its dropout."""

import tensorflow as tf

from bert_tf.models.kernels.dropout import dropout
from bert_tf.models.kernels.normalization import layer_norm_backward, moments
from bert_tf.models.kernels.xla import kernel


@kernel
def _forward(
    words: tf.Tensor,
    positions: tf.Tensor,
    types: tf.Tensor,
    gamma: tf.Tensor,
    beta: tf.Tensor,
    seed: tf.Tensor,
    rate: float,
    epsilon: float,
    dtype: tf.DType,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    x = words + positions + types
    mean, reciprocal = moments(x, epsilon)
    return tf.cast(dropout((x - mean) * reciprocal * gamma + beta, seed, rate), dtype), mean, reciprocal


@kernel
def _backward(
    upstream: tf.Tensor,
    words: tf.Tensor,
    positions: tf.Tensor,
    types: tf.Tensor,
    gamma: tf.Tensor,
    mean: tf.Tensor,
    reciprocal: tf.Tensor,
    seed: tf.Tensor,
    rate: float,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    upstream = dropout(tf.cast(upstream, tf.float32), seed, rate)
    normalized = (words + positions + types - mean) * reciprocal
    difference = layer_norm_backward(upstream, normalized, gamma, reciprocal)
    d_positions = tf.reduce_sum(difference, 0)
    return difference, d_positions, tf.reduce_sum(upstream * normalized, [0, 1]), tf.reduce_sum(upstream, [0, 1])


def embed(
    input_ids: tf.Tensor,
    token_type_ids: tf.Tensor,
    word_table: tf.Tensor,
    position_table: tf.Tensor,
    type_table: tf.Tensor,
    gamma: tf.Tensor,
    beta: tf.Tensor,
    *,
    seed: tf.Tensor,
    rate: float,
    epsilon: float,
    dtype: tf.DType,
) -> tf.Tensor:
    """dropout(LayerNorm(word + position + type)), [B, L, H] in `dtype`.

    The gradient of the word table is `tf.IndexedSlices` of the rows that occur, one for each token; that of the types
    is a matmul with their one-hot form, since a scatter into two rows would run token by token.

    Args:
        input_ids: [B, L] integers below the number of rows of `word_table`, a variable.
        token_type_ids: [B, L] integers below the number of rows of `type_table`.
        word_table: [V, H] float32, as the other tables.
        position_table: [P, H] with P at least L.
        type_table: [T, H].
        gamma: [H] float32, LayerNorm's, as `beta`.
        seed: Scalar uint32. The mask is a function of it alone.
        rate: Share that is dropped; 0 for inference.
        epsilon: Added to the variance.
        dtype: float32, bfloat16 or float16, of the result.
    """

    @tf.custom_gradient
    def apply(
        words: tf.Tensor, positions: tf.Tensor, types: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor
    ) -> tuple[tf.Tensor, object]:
        output, mean, reciprocal = _forward(words, positions, types, gamma, beta, seed, rate, epsilon, dtype)

        def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
            d_words, d_positions, d_gamma, d_beta = _backward(
                upstream, words, positions, types, gamma, mean, reciprocal, seed, rate
            )
            return d_words, d_positions, d_words, d_gamma, d_beta

        return output, gradient

    words = tf.gather(word_table, input_ids)
    positions = position_table[: tf.shape(input_ids)[1]]
    types = tf.tensordot(tf.one_hot(token_type_ids, type_table.shape[0]), type_table, 1)
    return apply(words, positions, types, tf.convert_to_tensor(gamma), tf.convert_to_tensor(beta))
