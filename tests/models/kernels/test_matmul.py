"""Projections and sums against NumPy."""

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.models.kernels.matmul import mean_of_rows, project, sum_over_tokens


@pytest.mark.parametrize(("inputs", "outputs"), [(12, 40), (40, 12), (16, 16)])
def test_projection_and_its_gradients(inputs: int, outputs: int):
    generator = np.random.default_rng(0)
    tokens = generator.normal(size=(3, 5, inputs)).astype("float32")
    weights = generator.normal(size=(inputs, outputs)).astype("float32")
    upstream = generator.normal(size=(3, 5, outputs)).astype("float32")
    sources = tf.constant(tokens), tf.constant(weights)
    with tf.GradientTape() as tape:
        tape.watch(sources)
        result = project(*sources)
    d_tokens, d_weights = tape.gradient(result, sources, output_gradients=tf.constant(upstream))
    np.testing.assert_allclose(result, tokens @ weights, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(d_tokens, upstream @ weights.T, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(d_weights, np.einsum("bli,blo->io", tokens, upstream), rtol=1e-4, atol=1e-5)


def test_a_sum_beyond_float16():
    values = tf.fill([2, 400, 3], tf.constant(1000.0, tf.float16))
    np.testing.assert_array_equal(sum_over_tokens(values), [800_000.0] * 3)


def test_sums_that_are_matmuls():
    values = np.random.default_rng(0).normal(size=(3, 7, 24)).astype("float32")
    np.testing.assert_allclose(sum_over_tokens(tf.constant(values)), values.sum((0, 1)), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(mean_of_rows(tf.constant(values)), values.mean(-1, keepdims=True), atol=1e-6)
