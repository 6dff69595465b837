"""What native layers find packed is always what packing anew gives, however the weights came to be what they are."""

import ctypes
import gc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.encoders.tf_bert import TFBertModel
from bert_tf.models.encoders.transformer_layer import TransformerLayer
from bert_tf.models.kernels.native_adamw import NativeAdamW, write_packed
from bert_tf.models.kernels.packed_layers import PackedLayers, matrices_of
from bert_tf.models.text_model import TextModel
from bert_tf.tasks.classify.network import ClassifyNetwork

CONFIG = EncoderConfig(
    vocabulary_size=60, hidden_size=64, layers=2, heads=2, inner_size=96, positions=40, initializer_range=0.2
)


@pytest.fixture
def layers() -> list[TransformerLayer]:
    return list(TFBertModel(CONFIG).transformer_layers)


def anew(operations: Any, layer: TransformerLayer) -> list[np.ndarray]:
    return [tf.cast(each, tf.float32).numpy() for each in operations.bert_tf_pack_layer(*sources(layer))]


def sources(layer: TransformerLayer) -> list[tf.Tensor]:
    return [tf.convert_to_tensor(matrix) for matrix in matrices_of(layer)]


def found(operations: Any, packed: PackedLayers, layer: TransformerLayer) -> list[np.ndarray]:
    return [
        tf.cast(each, tf.float32).numpy() for each in operations.bert_tf_pack_layer(*sources(layer), **packed.of(layer))
    ]


def stepped(operations: Any, packed: PackedLayers, variables: list[tf.Variable]) -> Callable[[], Any]:
    """Takes a step of the native optimizer, which packs."""
    optimizer = NativeAdamW(operations, learning_rate=0.01, weight_decay=0.1)
    optimizer.build(variables)
    write_packed(optimizer, packed)
    return tf.function(lambda: optimizer.apply_gradients([(tf.cos(variable), variable) for variable in variables]))


def overwrite(variable: tf.Variable) -> None:
    """With zeros, behind TensorFlow's back: only who doesn't read the values again has others."""
    values = tf.convert_to_tensor(variable)._numpy()
    ctypes.memset(values.ctypes.data, 0, values.nbytes)


def same(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return all(np.array_equal(*pair) for pair in zip(one, other, strict=True))


def test_values_that_stay_are_packed_once(layer_operations: Any, layers: list[TransformerLayer]):
    packed = PackedLayers(layer_operations, layers)
    once = found(layer_operations, packed, layers[1])
    assert same(once, anew(layer_operations, layers[1]))
    for matrix in matrices_of(layers[1]):
        overwrite(matrix)
    assert same(found(layer_operations, packed, layers[1]), once)


def test_the_optimizer_packs_the_values_that_it_writes(layer_operations: Any, layers: list[TransformerLayer]):
    packed = PackedLayers(layer_operations, layers)
    # All of the first layer, and of the second too little: that is left to whoever reads it.
    variables = [*layers[0].trainable_variables, *matrices_of(layers[1])[:3]]
    step = stepped(layer_operations, packed, variables)
    for _ in range(3):
        step()
        wanted = [anew(layer_operations, layer) for layer in layers]
        assert same(found(layer_operations, packed, layers[1]), wanted[1])
        for matrix in matrices_of(layers[0]):
            overwrite(matrix)
        assert same(found(layer_operations, packed, layers[0]), wanted[0])


@pytest.mark.parametrize(
    "change",
    [
        lambda variable: variable.assign(tf.ones_like(variable)),
        lambda variable: variable.assign(np.ones(variable.shape, "float32")),
        lambda variable: variable.assign_add(tf.ones_like(variable)),
        lambda variable: variable.assign_sub(tf.ones_like(variable)),
        lambda variable: variable.scatter_update(tf.IndexedSlices(tf.ones([1, variable.shape[1]]), [3])),
        lambda variable: variable[2:5].assign(tf.ones([3, variable.shape[1]])),
    ],
)
@pytest.mark.parametrize("matrix", [0, 5])
def test_values_that_were_set_otherwise_are_packed_anew(
    layer_operations: Any, layers: list[TransformerLayer], change: Callable[[tf.Variable], Any], matrix: int
):
    packed = PackedLayers(layer_operations, layers)
    step = stepped(layer_operations, packed, matrices_of(layers[0]))
    for _ in range(2):
        step()
        before = found(layer_operations, packed, layers[0])
        change(matrices_of(layers[0])[matrix])
        after = found(layer_operations, packed, layers[0])
        assert same(after, anew(layer_operations, layers[0]))
        assert not same(after, before)


def test_what_is_being_read_is_not_written_again(layer_operations: Any, layers: list[TransformerLayer]):
    packed = PackedLayers(layer_operations, layers)
    step = stepped(layer_operations, packed, matrices_of(layers[0]))
    step()
    wanted = anew(layer_operations, layers[0])
    held = layer_operations.bert_tf_pack_layer(*sources(layers[0]), **packed.of(layers[0]))
    step()
    step()
    assert same([tf.cast(each, tf.float32).numpy() for each in held], wanted)


def test_without_their_owner_layers_are_packed_each_time(layer_operations: Any, layers: list[TransformerLayer]):
    packed = PackedLayers(layer_operations, layers)
    attributes = packed.of(layers[0])
    found(layer_operations, packed, layers[0])
    del packed
    gc.collect()
    overwrite(matrices_of(layers[0])[0])
    left = layer_operations.bert_tf_pack_layer(*sources(layers[0]), **attributes)
    assert same([tf.cast(each, tf.float32).numpy() for each in left], anew(layer_operations, layers[0]))


def test_each_model_has_its_own(layer_operations: Any):
    models = [list(TFBertModel(CONFIG).transformer_layers) for _ in range(2)]
    kept = [PackedLayers(layer_operations, layers) for layers in models]
    for layers, packed in zip(models, kept, strict=True):
        stepped(layer_operations, packed, matrices_of(layers[0]))()
    for layers, packed in zip(models, kept, strict=True):
        assert same(found(layer_operations, packed, layers[0]), anew(layer_operations, layers[0]))


def trained(operations: Any, *, micro_batch_size: int | None, keeps: bool) -> list[np.ndarray]:
    """Weights after steps between which some are set from elsewhere."""
    tf.keras.utils.set_random_seed(1)
    network = ClassifyNetwork(("a", "b"))
    model = TextModel(
        encoder=TFBertModel(CONFIG),
        network=network,
        head=network.head(dropout=0.1, initializer_range=0.02),
        compute_dtype=tf.bfloat16,
        layer_operations=operations,
        micro_batch_size=micro_batch_size,
    )
    if not keeps:
        model._fused.packed = None
    optimizer = NativeAdamW(operations, learning_rate=0.01, weight_decay=0.1, global_clipnorm=1.0)
    model.compile(optimizer)
    assert (optimizer.packed is not None) == keeps
    optimizer.build(model.trainable_variables)
    start = model.get_weights()
    generator = np.random.default_rng(0)
    ids = tf.constant(generator.integers(1, 60, (4, 9)), tf.int32)
    batch = (
        {"input_ids": ids, "attention_mask": tf.ones_like(ids), "token_type_ids": 0 * ids},
        tf.constant([0, 1, 1, 0]),
        tf.ones(4),
    )
    step = tf.function(lambda: model.train_step(batch))
    for number in range(5):
        step()
        if number == 2:
            model.set_weights([0.5 * one + 0.5 * other for one, other in zip(start, model.get_weights(), strict=True)])
    return model.get_weights()


@pytest.mark.parametrize("micro_batch_size", [None, 2])
def test_training_gives_the_very_numbers_of_packing_each_time(layer_operations: Any, micro_batch_size: int | None):
    results = [trained(layer_operations, micro_batch_size=micro_batch_size, keeps=keeps) for keeps in (True, False)]
    assert same(*results)
