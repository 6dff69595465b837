"""Bias, dropout, residual and LayerNorm between two matmuls, as one kernel each way."""

import tensorflow as tf

from bert_tf.models.kernels.dropout import dropout
from bert_tf.models.kernels.graph_gradients import custom_gradient
from bert_tf.models.kernels.matmul import mean_of_rows, sum_over_tokens
from bert_tf.models.kernels.xla import kernel


def moments(x: tf.Tensor, epsilon: float) -> tuple[tf.Tensor, tf.Tensor]:
    """Mean and reciprocal standard deviation over the last axis of float32 [B, L, H], each [B, L, 1]."""
    mean = mean_of_rows(x)
    return mean, tf.math.rsqrt(mean_of_rows(tf.square(x - mean)) + epsilon)


def layer_norm_backward(
    upstream: tf.Tensor, normalized: tf.Tensor, gamma: tf.Tensor, reciprocal: tf.Tensor
) -> tf.Tensor:
    """Gradient of LayerNorm's input (Ba et al., 2016), float32 [B, L, H]."""
    scaled = upstream * gamma
    return reciprocal * (scaled - mean_of_rows(scaled) - normalized * mean_of_rows(scaled * normalized))


@kernel
def _forward(
    projected: tf.Tensor,
    bias: tf.Tensor,
    residual: tf.Tensor,
    gamma: tf.Tensor,
    beta: tf.Tensor,
    seed: tf.Tensor,
    rate: float,
    epsilon: float,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    x = dropout(tf.cast(projected, tf.float32) + bias, seed, rate) + tf.cast(residual, tf.float32)
    mean, reciprocal = moments(x, epsilon)
    normalized = (x - mean) * reciprocal
    return tf.cast(normalized * gamma + beta, projected.dtype), tf.cast(normalized, projected.dtype), reciprocal


@kernel
def _backward(
    upstream: tf.Tensor,
    upstream_residual: tf.Tensor,
    normalized: tf.Tensor,
    gamma: tf.Tensor,
    reciprocal: tf.Tensor,
    seed: tf.Tensor,
    rate: float,
) -> tuple[tf.Tensor, ...]:
    total = tf.cast(upstream, tf.float32) + tf.cast(upstream_residual, tf.float32)
    normalized = tf.cast(normalized, tf.float32)
    difference = layer_norm_backward(total, normalized, gamma, reciprocal)
    results = dropout(difference, seed, rate), difference, total * normalized, total
    return tuple(tf.cast(result, upstream.dtype) for result in results)


def add_norm(
    projected: tf.Tensor,
    bias: tf.Tensor,
    residual: tf.Tensor,
    gamma: tf.Tensor,
    beta: tf.Tensor,
    *,
    seed: tf.Tensor,
    rate: float,
    epsilon: float,
) -> tuple[tf.Tensor, tf.Tensor]:
    """LayerNorm(residual + dropout(projected + bias)), twice: for the next matmul, and for the next residual.

    With two outputs the two gradients that come back are added inside the kernel, in float32.

    Args:
        projected: [B, L, H] float32, bfloat16 or float16, a matmul's result.
        bias: [H] float32, as `gamma` and `beta`.
        residual: Shape and dtype of `projected`.
        seed: Scalar uint32. The mask is a function of it alone.
        rate: Share that is dropped; 0 for inference.
        epsilon: Added to the variance.
    """

    @custom_gradient
    def apply(
        projected: tf.Tensor, bias: tf.Tensor, residual: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor
    ) -> tuple[tuple[tf.Tensor, tf.Tensor], object]:
        output, normalized, reciprocal = _forward(projected, bias, residual, gamma, beta, seed, rate, epsilon)

        def gradient(upstream: tf.Tensor, upstream_residual: tf.Tensor) -> tuple[tf.Tensor, ...]:
            d_projected, d_residual, d_gamma, d_beta = _backward(
                upstream, upstream_residual, normalized, gamma, reciprocal, seed, rate
            )
            d_bias = sum_over_tokens(d_projected)
            return d_projected, d_bias, d_residual, sum_over_tokens(d_gamma), sum_over_tokens(d_beta)

        return (output, tf.identity(output)), gradient

    return apply(projected, bias, residual, gamma, beta)
