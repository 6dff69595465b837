"""GELU against the error function."""

import math

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.models.kernels.feed_forward import bias_gelu, gelu, gelu_slope

GRID = np.linspace(-12.0, 12.0, 4801)
CDF = np.array([0.5 * math.erfc(-x / math.sqrt(2.0)) for x in GRID])
VALUE = GRID * CDF
SLOPE = CDF + GRID * np.exp(-(GRID**2) / 2.0) / math.sqrt(2.0 * math.pi)


def test_exact_form_follows_the_error_function():
    x = tf.constant(GRID, tf.float32)
    np.testing.assert_allclose(gelu(x, exact=True), VALUE, atol=2e-6)
    np.testing.assert_allclose(gelu_slope(x, exact=True), SLOPE, atol=2e-6)


def test_polynomial_form_is_closer_than_bfloat16_resolves():
    x = tf.constant(GRID, tf.float32)
    assert np.max(np.abs(gelu(x, exact=False) - VALUE) / np.maximum(np.abs(GRID), 1.0)) < 2.0**-12
    assert np.max(np.abs(gelu_slope(x, exact=False) - SLOPE)) < 2.0**-12


@pytest.mark.parametrize(
    ("dtype", "tolerance", "smallest"),
    [(tf.float32, 2e-6, 2e-6), (tf.float16, 2.0**-10, 1e-5), (tf.bfloat16, 2.0**-8, 2.0**-8)],
)
def test_bias_is_added_and_gets_its_gradient(dtype: tf.DType, tolerance: float, smallest: float):
    generator = np.random.default_rng(0)
    projected = tf.cast(tf.constant(generator.normal(size=(2, 7, 24)), tf.float32), dtype)
    bias = tf.constant(generator.normal(size=24), tf.float32)
    upstream = tf.cast(tf.constant(generator.normal(size=(2, 7, 24)), tf.float32), dtype)
    with tf.GradientTape() as tape:
        tape.watch([projected, bias])
        result = bias_gelu(projected, bias)
    d_projected, d_bias = tape.gradient(result, [projected, bias], output_gradients=upstream)

    x = projected.numpy().astype("float64") + bias.numpy()
    cdf = 0.5 * (1.0 + np.vectorize(math.erf)(x / math.sqrt(2.0)))
    slope = cdf + x * np.exp(-x * x / 2.0) / math.sqrt(2.0 * math.pi)
    expected = upstream.numpy().astype("float64") * slope
    np.testing.assert_allclose(result.numpy().astype("float64"), x * cdf, rtol=tolerance, atol=smallest)
    np.testing.assert_allclose(d_projected.numpy().astype("float64"), expected, rtol=tolerance, atol=smallest)
    np.testing.assert_allclose(d_bias, expected.sum((0, 1)), rtol=20 * tolerance, atol=20 * tolerance)
