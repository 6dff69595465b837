"""Encoders of native layers and native embeddings in training, against the fused ones, whatever their family."""

import collections
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.encoders.tf_bert import TFBertModel
from bert_tf.models.encoders.tf_electra import TFElectraModel
from bert_tf.models.encoders.tf_roberta import TFRobertaModel
from bert_tf.models.encoders.transformer_encoder import TransformerEncoder
from bert_tf.models.frozen.frozen_model import frozen_graph
from bert_tf.models.kernels.fused_encoder import FusedEncoder
from bert_tf.models.text_model import TextModel
from bert_tf.tasks.classify.network import ClassifyNetwork

SIZES: dict[str, Any] = {
    "vocabulary_size": 60,
    "hidden_size": 64,
    "layers": 2,
    "heads": 2,
    "inner_size": 96,
    "positions": 40,
    "initializer_range": 0.2,
}
# Tables that are projected, and positions that begin further on beside one segment for all.
FAMILIES = {
    "bert": (TFBertModel, {}),
    "electra": (TFElectraModel, {"family": "electra", "embedding_size": 40}),
    "roberta": (TFRobertaModel, {"family": "roberta", "segments": 1, "first_position": 2}),
}


def made_encoder(family: str) -> TransformerEncoder:
    encoder_class, config = FAMILIES[family]
    encoder = encoder_class(EncoderConfig(**SIZES, **config))
    draw_weights(encoder, seed=1)
    return encoder


def draw_weights(encoder: TransformerEncoder, *, seed: int) -> None:
    generator = np.random.default_rng(seed)
    for weight in encoder.weights:
        values = generator.normal(size=weight.shape)
        weight.assign(0.2 * values if len(weight.shape) > 1 else 0.3 * values + ("gamma" in weight.name))


@pytest.fixture(scope="module")
def bert() -> TransformerEncoder:
    return made_encoder("bert")


@pytest.mark.parametrize("family", FAMILIES)
def test_an_encoder_of_native_layers_is_as_near_to_float32_as_the_fused_one(layer_operations: Any, family: str):
    """Over draws of weights: for one of them either may be nearer by chance, by a factor of two."""
    encoder = made_encoder(family)
    exact, fused, own = (
        states_and_gradients(encoder, first_token_only=True, **settings)
        for settings in (
            {"compute_dtype": tf.float32},
            {"compute_dtype": tf.bfloat16},
            {"compute_dtype": tf.bfloat16, "operations": layer_operations},
        )
    )
    squares: dict[str, np.ndarray] = collections.defaultdict(lambda: np.zeros(2))
    for seed in range(20):
        draw_weights(encoder, seed=seed)
        found = fused(), own()
        for name, wanted in exact().items():
            squares[name] += [np.sum((each[name] - wanted) ** 2) / np.sum(wanted**2) for each in found]
    assert {name: off for name, off in squares.items() if off[1] > 1.1**2 * off[0]} == {}


def test_checkpointing_gives_the_very_same_gradients(layer_operations: Any, bert: TransformerEncoder):
    settings = {"compute_dtype": tf.bfloat16, "operations": layer_operations}
    once = states_and_gradients(bert, **settings)()
    twice = states_and_gradients(bert, gradient_checkpointing=True, **settings)()
    for name, one in once.items():
        np.testing.assert_array_equal(one, twice[name], err_msg=name)


def states_and_gradients(
    bert: TransformerEncoder, *, first_token_only: bool = False, **settings: Any
) -> Callable[[], dict[str, np.ndarray]]:
    """Of the weights as they are when it is called. With dropout, whose masks are the same whatever the settings."""
    generator = np.random.default_rng(1)
    encoder = FusedEncoder(bert, **settings)
    ids = tf.constant(generator.integers(1, 60, (5, 37)))
    mask = tf.constant(np.arange(37) < generator.integers(3, 38, (5, 1)), tf.int64)
    direction = tf.constant(generator.normal(size=(5, 37, 64)), tf.float32) * tf.cast(mask, tf.float32)[..., None]
    paths = {path: weight for path, weight in bert.paths().items() if not path.startswith("pooler")}

    @tf.function
    def run() -> tuple[tf.Tensor, list[tf.Tensor]]:
        with tf.GradientTape() as tape:
            states = encoder(ids, mask, 0 * ids, seed=tf.constant(3, tf.uint32), first_token_only=first_token_only)
            states *= tf.cast(mask, tf.float32)[:, : states.shape[1], None]
            product = tf.reduce_sum(states * direction[:, : states.shape[1]])
        return states, [tf.convert_to_tensor(each) for each in tape.gradient(product, list(paths.values()))]

    def call() -> dict[str, np.ndarray]:
        states, gradients = run()
        found = dict(zip(paths, (each.numpy() for each in gradients), strict=True))
        # The key's bias shifts all scores of a row alike: its gradient is zero but for rounding.
        return {"states": states.numpy(), **{path: each for path, each in found.items() if "key/bias" not in path}}

    return call


def test_an_export_has_none_of_the_native_operations(layer_operations: Any, bert: TransformerEncoder):
    network = ClassifyNetwork(("a", "b"))
    kinds = []
    for operations in (None, layer_operations):
        model = TextModel(
            encoder=bert,
            network=network,
            head=network.head(dropout=0.1, initializer_range=0.02),
            compute_dtype=tf.bfloat16,
            layer_operations=operations,
        )
        signature = {name: tf.TensorSpec([None, None], tf.int32) for name in ("input_ids", "attention_mask")}
        signature["token_type_ids"] = signature["input_ids"]
        graph = frozen_graph(model, dtype=tf.float32)
        traced = tf.function(graph.outputs).get_concrete_function(signature).graph
        kinds.append(sorted({operation.type for operation in traced.get_operations()}))
    assert kinds[0] == kinds[1]
    assert not [kind for kind in kinds[1] if kind.startswith("BertTf")]
