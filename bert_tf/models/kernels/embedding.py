"""The sum of word, position and segment embeddings, its LayerNorm and its dropout."""

import functools
import operator

import tensorflow as tf

from bert_tf.models.kernels.dropout import dropout
from bert_tf.models.kernels.graph_gradients import custom_gradient
from bert_tf.models.kernels.normalization import layer_norm_backward, moments
from bert_tf.models.kernels.xla import kernel

Addends = tuple[tf.Tensor, ...]


@kernel
def _forward(
    addends: Addends,
    gamma: tf.Tensor,
    beta: tf.Tensor,
    seed: tf.Tensor,
    rate: float,
    epsilon: float,
    dtype: tf.DType,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    x = functools.reduce(operator.add, addends)
    mean, reciprocal = moments(x, epsilon)
    return tf.cast(dropout((x - mean) * reciprocal * gamma + beta, seed, rate), dtype), mean, reciprocal


@kernel
def _backward(
    upstream: tf.Tensor,
    addends: Addends,
    gamma: tf.Tensor,
    mean: tf.Tensor,
    reciprocal: tf.Tensor,
    seed: tf.Tensor,
    rate: float,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    upstream = dropout(tf.cast(upstream, tf.float32), seed, rate)
    normalized = (functools.reduce(operator.add, addends) - mean) * reciprocal
    difference = layer_norm_backward(upstream, normalized, gamma, reciprocal)
    d_positions = tf.reduce_sum(difference, 0)
    return difference, d_positions, tf.reduce_sum(upstream * normalized, [0, 1]), tf.reduce_sum(upstream, [0, 1])


def embed(
    input_ids: tf.Tensor,
    segment_ids: tf.Tensor | None,
    word_table: tf.Tensor,
    position_rows: tf.Tensor,
    segment_table: tf.Tensor | None,
    gamma: tf.Tensor,
    beta: tf.Tensor,
    *,
    seed: tf.Tensor,
    rate: float,
    epsilon: float,
    dtype: tf.DType,
) -> tf.Tensor:
    """dropout(LayerNorm(word + position + segment)), [B, L, E] in `dtype`.

    The gradient of the word table is `tf.IndexedSlices` of the rows that occur, one for each token; that of the
    segments is a matmul with their one-hot form, since a scatter into two rows would run token by token.

    Args:
        input_ids: [B, L] integers below the number of rows of `word_table`, a variable.
        segment_ids: [B, L] integers below the number of rows of `segment_table`; None where tokens have no segments.
        word_table: [V, E] float32, as the other tables.
        position_rows: [L, E], one for each place.
        segment_table: [S, E], or None.
        gamma: [E] float32, LayerNorm's, as `beta`.
        seed: Scalar uint32. The mask is a function of it alone.
        rate: Share that is dropped; 0 for inference.
        epsilon: Added to the variance.
        dtype: float32, bfloat16 or float16, of the result.
    """

    @custom_gradient
    def apply(
        gamma: tf.Tensor, beta: tf.Tensor, words: tf.Tensor, positions: tf.Tensor, *segments: tf.Tensor
    ) -> tuple[tf.Tensor, object]:
        addends = (words, positions, *segments)
        output, mean, reciprocal = _forward(addends, gamma, beta, seed, rate, epsilon, dtype)

        def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
            d_words, d_positions, d_gamma, d_beta = _backward(upstream, addends, gamma, mean, reciprocal, seed, rate)
            return d_gamma, d_beta, d_words, d_positions, *(d_words for _ in segments)

        return output, gradient

    addends = [tf.gather(word_table, input_ids), position_rows]
    if segment_ids is not None and segment_table is not None:
        addends.append(tf.tensordot(tf.one_hot(segment_ids, segment_table.shape[0]), segment_table, 1))
    return apply(tf.convert_to_tensor(gamma), tf.convert_to_tensor(beta), *addends)
