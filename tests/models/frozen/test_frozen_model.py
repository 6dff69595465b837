import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras

from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.encoders.tf_bert import TFBertModel
from bert_tf.models.frozen.frozen_model import frozen_graph, native_graph, plain_graph
from bert_tf.models.text_model import TextModel
from bert_tf.tasks.classify.network import ClassifyNetwork

IDS = tf.constant([[1, 5, 9, 2], [1, 7, 2, 0]])
INPUTS = {"input_ids": IDS, "attention_mask": tf.cast(IDS > 0, tf.int32), "token_type_ids": tf.zeros_like(IDS)}


def text_model(pooling: str, *, hidden_size: int = 8, inner_size: int = 12) -> TextModel:
    keras.utils.set_random_seed(1)
    config = EncoderConfig(
        vocabulary_size=11,
        hidden_size=hidden_size,
        layers=2,
        heads=2,
        inner_size=inner_size,
        positions=8,
        initializer_range=0.5,
    )
    network = ClassifyNetwork(("a", "b", "c"))
    return TextModel(encoder=TFBertModel(config), network=network, head=keras.layers.Dense(3), pooling=pooling)


@pytest.mark.parametrize("pooling", ["pooler", "first", "mean"])
def test_frozen_outputs_are_the_plain_ones(pooling):
    model = text_model(pooling)
    expected = plain_graph(model).outputs(INPUTS)["logits"]
    frozen = frozen_graph(model, dtype=tf.float32).outputs(INPUTS)["logits"]
    np.testing.assert_allclose(frozen, expected, atol=1e-5)
    half = frozen_graph(model, dtype=tf.bfloat16).outputs(INPUTS)["logits"]
    assert half.dtype == tf.float32
    np.testing.assert_allclose(half, expected, atol=0.1)


@pytest.mark.parametrize("pooling", ["pooler", "first", "mean"])
def test_native_outputs_are_the_plain_ones(layer_operations, pooling):
    model = text_model(pooling, hidden_size=64, inner_size=32)
    plain, native = plain_graph(model), native_graph(model, layer_operations)
    logits = native.outputs(INPUTS)["logits"]
    assert logits.dtype == tf.float32
    np.testing.assert_allclose(logits, plain.outputs(INPUTS)["logits"], atol=0.1)
    np.testing.assert_allclose(native.pooled(INPUTS), plain.pooled(INPUTS), atol=0.1)


def test_a_saved_frozen_graph_holds_only_what_it_reads(tmp_path):
    model = text_model("pooler")
    frozen = frozen_graph(model, dtype=tf.float32)
    assert {tuple(variable.shape) for variable in frozen.variables} == {(11, 8), (8, 8), (8,), (8, 3), (3,)}
    module = tf.Module()
    module.kept = frozen.variables
    specs = {name: tf.TensorSpec([None, None], tf.int32) for name in INPUTS}
    module.outputs = tf.function(frozen.outputs, input_signature=[specs])
    tf.saved_model.save(module, str(tmp_path / "saved"))
    expected = frozen.outputs(INPUTS)["logits"]
    del model, frozen
    loaded = tf.saved_model.load(str(tmp_path / "saved"))
    np.testing.assert_allclose(loaded.outputs(INPUTS)["logits"], expected, atol=1e-6)
