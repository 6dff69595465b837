"""Attention against the textbook's formula, with and without dropout."""

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.models.kernels.attention import attention

HEADS, WIDTH = 4, 32
SEED = tf.constant(3, tf.uint32)


def textbook(
    projected: tf.Tensor,
    bias: tf.Tensor,
    mask: tf.Tensor,
    heads: int,
    keep: tf.Tensor | float,
    added: tf.Tensor | float = 0.0,
) -> tf.Tensor:
    """softmax(QKᵀ/√D + added)·V with einsum, and a given factor on the probabilities."""
    batch, length, _ = projected.shape
    parts = tf.reshape(projected + bias, [batch, length, 3, heads, -1])
    query, key, value = tf.unstack(parts, axis=2)
    scores = tf.einsum("bqnd,bknd->bnqk", query, key) / query.shape[-1] ** 0.5 + added
    scores = tf.where(mask[:, None, None, :] == 1, scores, -1e9)
    context = tf.einsum("bnqk,bknd->bqnd", tf.nn.softmax(scores) * keep, value)
    return tf.reshape(context, [batch, length, -1])


def ragged_inputs(batch: int, length: int) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    generator = np.random.default_rng(length)
    projected, bias, upstream = (
        tf.constant(generator.normal(size=size), tf.float32)
        for size in ((batch, length, 3 * WIDTH), 3 * WIDTH, (batch, length, WIDTH))
    )
    lengths = generator.integers(1, length + 1, batch)
    return projected, bias, tf.constant((np.arange(length) < lengths[:, None]).astype("int32")), upstream


def value_and_gradients(function, sources: list[tf.Tensor], upstream: tf.Tensor):
    with tf.GradientTape() as tape:
        tape.watch(sources)
        result = function(*sources)
    return result, tape.gradient(result, sources, output_gradients=upstream)


@pytest.mark.parametrize(("batch", "length"), [(1, 7), (3, 33)])
@pytest.mark.parametrize("first_only", [False, True])
def test_follows_the_textbook_forward_and_back(batch: int, length: int, first_only: bool):
    projected, bias, mask, upstream = ragged_inputs(batch, length)
    asked = 1 if first_only else length
    result, gradients = value_and_gradients(
        lambda p, b: attention(p, b, mask, seed=SEED, rate=0.0, heads=HEADS, first_only=first_only),
        [projected, bias],
        upstream[:, :asked],
    )
    expected, references = value_and_gradients(
        lambda p, b: textbook(p, b, mask, HEADS, 1.0)[:, :asked], [projected, bias], upstream[:, :asked]
    )
    np.testing.assert_allclose(result, expected, atol=2e-5)
    for gradient, reference in zip(gradients, references, strict=True):
        np.testing.assert_allclose(gradient, reference, atol=2e-4)


@pytest.mark.parametrize("first_only", [False, True])
def test_a_bias_of_positions_and_its_gradient(first_only: bool):
    projected, bias, mask, upstream = ragged_inputs(3, 9)
    positions = tf.constant(np.random.default_rng(1).normal(size=(HEADS, 9, 9)), tf.float32)
    asked = 1 if first_only else 9
    settings = {"seed": SEED, "rate": 0.0, "heads": HEADS, "first_only": first_only}
    result, gradients = value_and_gradients(
        lambda p, b, added: attention(p, b, mask, position_bias=added, **settings),
        [projected, bias, positions],
        upstream[:, :asked],
    )
    expected, references = value_and_gradients(
        lambda p, b, added: textbook(p, b, mask, HEADS, 1.0, added)[:, :asked],
        [projected, bias, positions],
        upstream[:, :asked],
    )
    np.testing.assert_allclose(result, expected, atol=2e-5)
    for gradient, reference in zip(gradients, references, strict=True):
        np.testing.assert_allclose(gradient, reference, atol=2e-4)


@pytest.mark.parametrize(("dtype", "tolerance", "similar"), [(tf.bfloat16, 0.04, 0.9995), (tf.float16, 0.005, 0.99999)])
def test_sixteen_bits_stay_near_float32(dtype: tf.DType, tolerance: float, similar: float):
    projected, bias, mask, upstream = ragged_inputs(3, 33)
    projected, upstream = tf.cast(projected, dtype), tf.cast(upstream, dtype)
    result, (gradient, _) = value_and_gradients(
        lambda p, b: attention(p, b, mask, seed=SEED, rate=0.0, heads=HEADS, first_only=False),
        [projected, bias],
        upstream,
    )
    expected, (reference, _) = value_and_gradients(
        lambda p, b: textbook(p, b, mask, HEADS, 1.0),
        [tf.cast(projected, tf.float32), bias],
        tf.cast(upstream, tf.float32),
    )
    np.testing.assert_allclose(tf.cast(result, tf.float32), expected, atol=tolerance)
    gradient, reference = tf.cast(gradient, tf.float32).numpy().ravel(), reference.numpy().ravel()
    assert gradient @ reference / np.linalg.norm(gradient) / np.linalg.norm(reference) > similar


@pytest.mark.parametrize(("dtype", "tolerance"), [(tf.float32, 1e-5), (tf.bfloat16, 0.01), (tf.float16, 1e-3)])
def test_dropout_uses_one_mask_forward_and_back(dtype: tf.DType, tolerance: float, rounding: float):
    length, widened = WIDTH, rounding if dtype == tf.bfloat16 else 1.0
    generator = np.random.default_rng(0)
    projected = generator.normal(size=(1, length, 3 * WIDTH)).astype("float32")
    projected[..., 2 * WIDTH :] = np.eye(length)  # the context is then the matrix of dropped probabilities
    mask, bias = tf.ones([1, length], tf.int32), tf.zeros([3 * WIDTH])
    projected, upstream = tf.cast(projected, dtype), tf.cast(generator.normal(size=(1, length, WIDTH)), dtype)
    result, gradients = value_and_gradients(
        lambda p, b: attention(p, b, mask, seed=SEED, rate=0.25, heads=1, first_only=False), [projected, bias], upstream
    )
    kept = tf.cast(result != 0.0, tf.float32)[:, tf.newaxis]
    assert 0.7 < float(tf.reduce_mean(kept)) < 0.8
    expected, references = value_and_gradients(
        lambda p, b: textbook(p, b, mask, 1, kept / 0.75),
        [tf.cast(projected, tf.float32), bias],
        tf.cast(upstream, tf.float32),
    )
    np.testing.assert_allclose(tf.cast(result, tf.float32), expected, atol=tolerance)
    for gradient, reference in zip(gradients, references, strict=True):
        np.testing.assert_allclose(tf.cast(gradient, tf.float32), reference, atol=10 * tolerance * widened)
