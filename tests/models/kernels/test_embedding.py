"""Embeddings against TFBert's layer."""

import numpy as np
import tensorflow as tf
from transformers import BertConfig
from transformers.models.bert.modeling_tf_bert import TFBertEmbeddings

from bert_tf.models.kernels.embedding import embed

SEED = tf.constant(3, tf.uint32)


def reference_layer() -> TFBertEmbeddings:
    config = BertConfig(vocab_size=50, hidden_size=32, max_position_embeddings=16, num_attention_heads=4)
    layer = TFBertEmbeddings(config)
    layer.build()
    layer.LayerNorm.set_weights(np.random.default_rng(0).normal(size=(2, 32)))
    return layer


def fused(layer: TFBertEmbeddings, ids: tf.Tensor, types: tf.Tensor, rate: float) -> tf.Tensor:
    tables = layer.weight, layer.position_embeddings, layer.token_type_embeddings
    norm = layer.LayerNorm
    return embed(
        ids, types, *tables, norm.gamma, norm.beta, seed=SEED, rate=rate, epsilon=norm.epsilon, dtype=tf.float32
    )


def test_follows_tfbert_forward_and_back():
    layer = reference_layer()
    generator = np.random.default_rng(0)
    ids = tf.constant(generator.integers(0, 20, (3, 9)))
    types = tf.constant(generator.integers(0, 2, (3, 9)))
    upstream = tf.constant(generator.normal(size=(3, 9, 32)), tf.float32)
    with tf.GradientTape(persistent=True) as tape:
        result = fused(layer, ids, types, 0.0)
        expected = layer(input_ids=ids, token_type_ids=types)
    gradients = tape.gradient(result, layer.trainable_variables, output_gradients=upstream)
    references = tape.gradient(expected, layer.trainable_variables, output_gradients=upstream)
    np.testing.assert_allclose(result, expected, atol=1e-5)
    assert isinstance(gradients[0], tf.IndexedSlices)
    for gradient, reference in zip(gradients, references, strict=True):
        gradient, reference = tf.convert_to_tensor(gradient), tf.convert_to_tensor(reference)
        np.testing.assert_allclose(gradient, reference, rtol=1e-3, atol=1e-4)


def test_gradient_is_zero_exactly_where_the_forward_pass_dropped():
    layer = reference_layer()
    with tf.GradientTape() as tape:
        result = fused(layer, tf.constant([[7]]), tf.constant([[1]]), 0.5)
    gradient = tape.gradient(result, layer.LayerNorm.beta).numpy()
    np.testing.assert_array_equal(gradient == 0.0, result.numpy()[0, 0] == 0.0)
    assert 0 < (gradient == 0.0).sum() < 32
