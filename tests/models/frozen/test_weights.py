import numpy as np
import pytest
import tensorflow as tf

from bert_tf.models.encoder import load_encoder
from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.encoders.tf_bert import TFBertModel
from bert_tf.models.frozen.weights import FUSED_EPSILON, freeze


def tiny(epsilon: float) -> TFBertModel:
    model = TFBertModel(
        EncoderConfig(vocabulary_size=11, hidden_size=4, layers=1, heads=2, inner_size=6, positions=8, epsilon=epsilon)
    )
    generator = np.random.default_rng(0)
    for weight in model.weights:
        weight.assign(generator.normal(size=weight.shape))
    return model


@pytest.mark.parametrize(("epsilon", "scale"), [(1e-12, 2.0**15), (1e-5, 8.0), (1e-3, 1.0)])
def test_the_scale_brings_the_fused_epsilon_to_the_model_s(epsilon, scale):
    frozen = freeze(tiny(epsilon), dtype=tf.float32)
    assert frozen.scale == scale
    # x / sqrt(var + e) of x·s is that of x with e / s².
    assert 0.5 < FUSED_EPSILON / scale**2 / epsilon < 2


def test_heads_have_a_column_for_the_mask():
    model = tiny(1e-3)
    layer = freeze(model, dtype=tf.float32).layers[0]
    own = model.transformer_layers[0]
    # Two heads of two columns: 0 1 m 2 3 m.
    np.testing.assert_array_equal(layer.key.kernel[:, [0, 1, 3, 4]], own.key.kernel)
    np.testing.assert_array_equal(layer.key.kernel[:, [2, 5]], 0)
    np.testing.assert_array_equal(layer.key.bias[[2, 5]], 0)
    np.testing.assert_allclose(layer.query.kernel[:, [0, 1, 3, 4]], own.query.kernel / np.sqrt(2), rtol=1e-6)
    np.testing.assert_array_equal(layer.query.kernel[:, [2, 5]], 0)
    np.testing.assert_array_equal(layer.query.bias[[2, 5]], 1)
    np.testing.assert_allclose(layer.query.bias[[0, 1, 3, 4]], own.query.bias / np.sqrt(2), rtol=1e-6)


def test_quantized_weights_are_near_the_others_and_the_rest_is_as_it_was():
    model = tiny(1e-12)
    exact, found = freeze(model, dtype=tf.float32), freeze(model, dtype=tf.float32, quantized=True)
    pairs = [(exact.words, found.words)]
    for name in ("query", "key", "value", "attention_output", "inner", "outer"):
        was, now = getattr(exact.layers[0], name), getattr(found.layers[0], name)
        np.testing.assert_array_equal(was.bias, now.bias)
        pairs.append((was.kernel, now.kernel))
    for was, now in pairs:
        np.testing.assert_allclose(now.values * now.scales, was, atol=np.abs(was).max() / 127)
    np.testing.assert_array_equal(found.positions, exact.positions)
    # A kernel has a scale for each output, the table of words one for each word.
    assert found.layers[0].inner.kernel.scales.shape == (1, 6)
    assert found.words.scales.shape == (11, 1)


def test_dtype():
    frozen = freeze(tiny(1e-12), dtype=tf.bfloat16)
    dtypes = {frozen.words.dtype, frozen.norm.gamma.dtype, frozen.layers[0].outer.kernel.dtype}
    assert dtypes == {np.dtype(tf.bfloat16.as_numpy_dtype)}


def test_what_every_token_gets_is_in_the_positions(reference_folder):
    roberta = load_encoder(reference_folder / "roberta")[0]
    frozen, tables = freeze(roberta, dtype=tf.float32), roberta.embeddings
    # Padding has id 1, so that the first token of a text has the third position.
    expected = (tables.positions.numpy()[2:] + tables.segments.numpy()[0]) * frozen.scale
    np.testing.assert_allclose(frozen.positions, expected, rtol=1e-6)
    assert frozen.segments is None
