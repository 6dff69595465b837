"""Bias and GELU between the two matmuls of the feed-forward block."""

import math
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from bert_tf.models.kernels.graph_gradients import custom_gradient
from bert_tf.models.kernels.matmul import sum_over_tokens
from bert_tf.models.kernels.xla import kernel


def _odd_polynomial(function: Callable[[float], float], limit: float, terms: int) -> list[float]:
    """Coefficients of x, x^3, x^5, … for an odd function on [-limit, limit], exact at the limit.

    Least squares on Chebyshev points, with the end point weighted so that the clipped tails continue without a step.
    """
    x = np.cos(np.linspace(0.0, np.pi / 2, 4001)[:-1]) * limit
    weight = np.where(x == x[0], 1e4, 1.0)
    powers = np.stack([(x / limit) ** (2 * term + 1) for term in range(terms)], axis=1)
    target = np.array([function(value) for value in x])
    scaled = np.linalg.lstsq(powers * weight[:, np.newaxis], target * weight, rcond=None)[0]
    return [float(value / limit ** (2 * term + 1)) for term, value in enumerate(scaled)]


def _centred_cdf(x: float) -> float:
    return math.erf(x / math.sqrt(2.0)) / 2.0


def _centred_slope(x: float) -> float:
    return _centred_cdf(x) + x * math.exp(-x * x / 2.0) / math.sqrt(2.0 * math.pi)


# Absolute error below 2e-4: a tenth of the distance between bfloat16 numbers near 1.
_CDF_LIMIT, _SLOPE_LIMIT = 4.0, 4.5
_CDF = _odd_polynomial(_centred_cdf, _CDF_LIMIT, 8)
_SLOPE = _odd_polynomial(_centred_slope, _SLOPE_LIMIT, 10)


def _evaluate(x: tf.Tensor, coefficients: list[float], limit: float) -> tf.Tensor:
    x = tf.clip_by_value(x, -limit, limit)
    square = x * x
    total = tf.fill([], coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total = total * square + coefficient
    return x * total


def gelu(x: tf.Tensor, *, exact: bool) -> tf.Tensor:
    """x·Φ(x) of a float32 tensor (Hendrycks & Gimpel, 2016). Not exact: |error| < 2e-4·|x|, for bfloat16 results."""
    if exact:
        return 0.5 * x * (1.0 + tf.math.erf(x * math.sqrt(0.5)))
    return x * (0.5 + _evaluate(x, _CDF, _CDF_LIMIT))


def gelu_slope(x: tf.Tensor, *, exact: bool) -> tf.Tensor:
    """Derivative of `gelu`. Not exact: |error| < 2e-4."""
    if exact:
        density = tf.exp(-0.5 * x * x) * (1.0 / math.sqrt(2.0 * math.pi))
        return 0.5 * (1.0 + tf.math.erf(x * math.sqrt(0.5))) + x * density
    return 0.5 + _evaluate(x, _SLOPE, _SLOPE_LIMIT)


@kernel
def _forward(projected: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    x = tf.cast(projected, tf.float32) + bias
    return tf.cast(gelu(x, exact=projected.dtype != tf.bfloat16), projected.dtype)


@kernel
def _backward(upstream: tf.Tensor, projected: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    slope = gelu_slope(tf.cast(projected, tf.float32) + bias, exact=projected.dtype != tf.bfloat16)
    return tf.cast(tf.cast(upstream, tf.float32) * slope, projected.dtype)


@custom_gradient
def bias_gelu(projected: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    """GELU of (projected + bias), in the dtype of `projected`: a polynomial in bfloat16, exact otherwise.

    Args:
        projected: [B, L, C] float32, bfloat16 or float16, a matmul's result.
        bias: [C] float32.
    """

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        difference = _backward(upstream, projected, bias)
        return difference, sum_over_tokens(difference)

    return _forward(projected, bias), gradient
