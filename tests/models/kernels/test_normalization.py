"""Residual and norm against Keras's LayerNormalization."""

import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras

from bert_tf.models.kernels.normalization import add_norm

SEED = tf.constant(3, tf.uint32)


def cosine(a: tf.Tensor, b: tf.Tensor) -> float:
    a, b = tf.cast(a, tf.float64).numpy().ravel(), tf.cast(b, tf.float64).numpy().ravel()
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@pytest.mark.parametrize(("dtype", "tolerance", "similar"), [(tf.float32, 1e-5, 0.999999), (tf.bfloat16, 0.05, 0.9995)])
def test_follows_keras_layer_norm_forward_and_back(dtype: tf.DType, tolerance: float, similar: float):
    generator = np.random.default_rng(0)
    projected, residual, upstream, upstream_residual = (
        tf.cast(tf.constant(generator.normal(size=(3, 7, 96)), tf.float32), dtype) for _ in range(4)
    )
    bias, gamma, beta = (tf.constant(generator.normal(size=96), tf.float32) for _ in range(3))
    sources = [projected, bias, residual, gamma, beta]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        results = add_norm(*sources, seed=SEED, rate=0.0, epsilon=1e-12)
    gradients = tape.gradient(results, sources, output_gradients=[upstream, upstream_residual])

    norm = keras.layers.LayerNormalization(epsilon=1e-12)
    norm.build([None, None, 96])
    norm.set_weights([gamma, beta])
    sources = [tf.cast(projected, tf.float32), bias, tf.cast(residual, tf.float32), norm.gamma, norm.beta]
    with tf.GradientTape() as tape:
        tape.watch(sources[:3])
        expected = norm(sources[0] + sources[1] + sources[2])
    total = tf.cast(upstream, tf.float32) + tf.cast(upstream_residual, tf.float32)
    for result in results:
        np.testing.assert_allclose(tf.cast(result, tf.float32), expected, atol=tolerance)
    for gradient, reference in zip(gradients, tape.gradient(expected, sources, output_gradients=total), strict=True):
        assert cosine(gradient, reference) > similar


def test_gradient_is_zero_exactly_where_the_forward_pass_dropped():
    generator = np.random.default_rng(0)
    projected = tf.constant(generator.uniform(1.0, 2.0, size=(2, 9, 64)), tf.float32)
    zeros, ones = tf.zeros([64]), tf.ones([64])
    upstream = tf.constant(generator.normal(size=projected.shape), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(projected)
        output, _ = add_norm(
            projected, zeros, tf.zeros_like(projected), ones, zeros, seed=SEED, rate=0.3, epsilon=1e-12
        )
    gradient = tape.gradient(output, projected, output_gradients=upstream).numpy()
    # All values are positive, so what was dropped is the smallest of its row.
    dropped = output.numpy() == output.numpy().min(axis=-1, keepdims=True)
    assert 0.2 < dropped.mean() < 0.4
    np.testing.assert_array_equal(gradient == 0.0, dropped)
