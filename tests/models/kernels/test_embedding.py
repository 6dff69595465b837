"""Embeddings against the reference graph's layer."""

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.models.encoders.built_layers import random_values
from bert_tf.models.encoders.embeddings import Embeddings
from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.kernels.embedding import embed

SEED = tf.constant(3, tf.uint32)


def reference_layer(segments: int) -> Embeddings:
    config = EncoderConfig(vocabulary_size=50, hidden_size=32, positions=16, segments=segments, first_position=2)
    layer = Embeddings(config, random_values(0.02))
    layer.norm.set_weights(np.random.default_rng(0).normal(size=(2, 32)))
    return layer


def fused(layer: Embeddings, ids: tf.Tensor, segments: tf.Tensor | None, rate: float) -> tf.Tensor:
    tables = layer.words, layer.positions[2 : 2 + ids.shape[1]], layer.segments
    norm = layer.norm
    return embed(
        ids, segments, *tables, norm.gamma, norm.beta, seed=SEED, rate=rate, epsilon=norm.epsilon, dtype=tf.float32
    )


@pytest.mark.parametrize("segments", [0, 2])
def test_follows_the_reference_graph_forward_and_back(segments):
    layer = reference_layer(segments)
    generator = np.random.default_rng(0)
    ids = tf.constant(generator.integers(0, 20, (3, 9)))
    told = tf.constant(generator.integers(0, 2, (3, 9))) if segments else None
    upstream = tf.constant(generator.normal(size=(3, 9, 32)), tf.float32)
    with tf.GradientTape(persistent=True) as tape:
        result = fused(layer, ids, told, 0.0)
        expected = layer(tf.gather(layer.words, ids), told)
    gradients = tape.gradient(result, layer.trainable_variables, output_gradients=upstream)
    references = tape.gradient(expected, layer.trainable_variables, output_gradients=upstream)
    np.testing.assert_allclose(result, expected, atol=1e-5)
    assert isinstance(gradients[0], tf.IndexedSlices)
    for gradient, reference in zip(gradients, references, strict=True):
        gradient, reference = tf.convert_to_tensor(gradient), tf.convert_to_tensor(reference)
        np.testing.assert_allclose(gradient, reference, rtol=1e-3, atol=1e-4)


def test_gradient_is_zero_exactly_where_the_forward_pass_dropped():
    layer = reference_layer(2)
    with tf.GradientTape() as tape:
        result = fused(layer, tf.constant([[7]]), tf.constant([[1]]), 0.5)
    gradient = tape.gradient(result, layer.norm.beta).numpy()
    np.testing.assert_array_equal(gradient == 0.0, result.numpy()[0, 0] == 0.0)
    assert 0 < (gradient == 0.0).sum() < 32
