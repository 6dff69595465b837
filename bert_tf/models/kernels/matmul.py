"""Matmuls in the forms that oneDNN is fastest at, and the sums that are matmuls because those are the faster sums."""

from collections.abc import Callable

import tensorflow as tf

from bert_tf.models.kernels.graph_gradients import custom_gradient


def _rows(tokens: tf.Tensor) -> tf.Tensor:
    return tf.reshape(tokens, [-1, tokens.shape[-1]])


def _weight_gradient(inputs: tf.Tensor, upstream: tf.Tensor) -> tf.Tensor:
    """inputsᵀ·upstream, [I, O], of [R, I] and [R, O]."""
    return tf.matmul(tf.transpose(inputs), upstream)


@custom_gradient
def project(tokens: tf.Tensor, weights: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tuple[tf.Tensor, ...]]]:
    """[B, L, I] times [I, O], in their common dtype: [B, L, O]."""

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        rows = _rows(upstream)
        d_tokens = tf.reshape(tf.matmul(rows, weights, transpose_b=True), tf.shape(tokens))
        return d_tokens, _weight_gradient(_rows(tokens), rows)

    shape = tf.shape(tokens)
    return tf.reshape(tf.matmul(_rows(tokens), weights), [shape[0], shape[1], weights.shape[-1]]), gradient


def sum_over_tokens(values: tf.Tensor) -> tf.Tensor:
    """Sum of [B, L, C] over tokens, float32 [C]: the gradient of a bias. For use between kernels.

    oneDNN accumulates in float32 and reads the values once; a reduction would first convert them all.
    """
    rows = _rows(values)
    if rows.dtype == tf.float16:
        # The sum of thousands may be beyond float16, which ends at 65,504.
        return tf.reduce_sum(tf.cast(rows, tf.float32), 0)
    ones = tf.ones([1, tf.shape(rows)[0]], rows.dtype)
    return tf.cast(tf.matmul(ones, rows)[0], tf.float32)


def mean_of_rows(values: tf.Tensor) -> tf.Tensor:
    """Mean over the last axis, which is kept with size 1, of float32 [B, L, C]. For use inside a kernel.

    XLA does not vectorise a reduction over the last axis on a CPU: a product with a constant column takes half the
    time. A GPU that multiplies float32 in TF32 would lose digits here.
    """
    shape, width = tf.shape(values), values.shape[-1]
    means = tf.matmul(_rows(values), tf.fill([width, 1], 1.0 / width))
    return tf.reshape(means, [shape[0], shape[1], 1])
