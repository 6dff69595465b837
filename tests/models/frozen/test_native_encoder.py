"""The encoder of native operations against the reference graph, and with other threads and other rows beside a row."""

from typing import Any

import hypothesis
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import strategies

from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.encoders.tf_bert import TFBertModel
from bert_tf.models.encoders.tf_electra import TFElectraModel
from bert_tf.models.encoders.tf_roberta import TFRobertaModel
from bert_tf.models.encoders.transformer_encoder import TransformerEncoder
from bert_tf.models.frozen.frozen_encoder import FrozenEncoder
from bert_tf.models.frozen.native_encoder import NativeEncoder
from bert_tf.models.kernels.native_layer import supports_native

SIZES: dict[str, Any] = {
    "vocabulary_size": 60,
    "layers": 2,
    "inner_size": 96,
    "positions": 90,
    "initializer_range": 0.2,
}
# Heads of both widths, tables that are projected and whose width fills no vector, positions that begin further on,
# and one segment for all.
ENCODERS = {
    "bert": (TFBertModel, {"hidden_size": 64, "heads": 2}),
    "electra": (TFElectraModel, {"family": "electra", "hidden_size": 64, "heads": 1, "embedding_size": 40}),
    "roberta": (
        TFRobertaModel,
        {"family": "roberta", "hidden_size": 32, "heads": 1, "segments": 1, "first_position": 2},
    ),
}
# Two layers of bfloat16, whose numbers have 8 bits.
NEAR = 0.015


def made(kind: str) -> TransformerEncoder:
    tf.keras.utils.set_random_seed(1)
    encoder_class, config = ENCODERS[kind]
    encoder = encoder_class(EncoderConfig(**SIZES, **config))
    generator = np.random.default_rng(2)
    for weight in encoder.weights:
        if "gamma" in weight.name or "beta" in weight.name or "bias" in weight.name:
            weight.assign_add(generator.normal(size=weight.shape) * 0.2)
    return encoder


@pytest.fixture(scope="module")
def encoders() -> dict[str, TransformerEncoder]:
    return {kind: made(kind) for kind in ENCODERS}


@pytest.fixture(scope="module")
def natives(layer_operations: Any, encoders: dict[str, TransformerEncoder]) -> dict[str, NativeEncoder]:
    assert not any(supports_native(encoder.config) for encoder in encoders.values())
    return {kind: NativeEncoder(encoder, layer_operations) for kind, encoder in encoders.items()}


def batch(rows: int, length: int, *, seed: int) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Ids, a ragged mask and segments."""
    generator = np.random.default_rng(seed)
    mask = np.arange(length) < generator.integers(1, length + 1, (rows, 1))
    ids, types = generator.integers(0, 60, (rows, length)), generator.integers(0, 2, (rows, length))
    return tuple(tf.constant(each, tf.int32) for each in (ids, mask, types))


def apart(found: Any, expected: Any, mask: Any) -> float:
    """How far states are from others, as a share of these, padding left out."""
    found, expected, real = (np.asarray(each) for each in (found, expected, mask))
    real = real[:, : found.shape[1]].astype(bool)
    wanted = expected[:, : found.shape[1]][real]
    return float(np.linalg.norm(found[real] - wanted) / np.linalg.norm(wanted))


@hypothesis.given(
    kind=strategies.sampled_from(sorted(ENCODERS)),
    rows=strategies.integers(1, 9),
    length=strategies.integers(1, 80),
    first=strategies.booleans(),
    seed=strategies.integers(0, 1000),
)
@hypothesis.settings(max_examples=30)
def test_follows_the_reference_in_float32(encoders, natives, kind, rows, length, first, seed):
    ids, mask, types = batch(rows, length, seed=seed)
    expected = encoders[kind]({"input_ids": ids, "attention_mask": mask, "token_type_ids": types})
    found = natives[kind](ids, mask, types, first_token_only=first)
    assert found.dtype == tf.float32
    assert found.shape == [rows, 1 if first else length, expected.shape[-1]]
    assert apart(found, expected, mask) < NEAR


def test_is_no_further_from_float32_than_the_frozen_graph(encoders, natives):
    inputs = batch(9, 70, seed=4)
    for kind, encoder in encoders.items():
        ids, mask, types = inputs
        expected = encoder({"input_ids": ids, "attention_mask": mask, "token_type_ids": types})
        frozen = FrozenEncoder(encoder, compute_dtype=tf.bfloat16)(*inputs)
        assert 1e-5 < apart(natives[kind](*inputs), expected, mask) < apart(frozen, expected, mask), kind


def test_a_row_is_the_same_beside_others_and_with_any_number_of_threads(natives, monkeypatch):
    ids, mask, types = batch(13, 45, seed=5)
    whole = natives["bert"](ids, mask, types).numpy()
    for threads in ("1", "3"):
        monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", threads)
        np.testing.assert_array_equal(natives["bert"](ids, mask, types), whole)
    alone = natives["bert"](ids[4:5], mask[4:5], types[4:5])
    np.testing.assert_array_equal(alone[0], whole[4])


def test_keeps_the_weights_of_its_making(layer_operations):
    encoder, inputs = made("bert"), batch(2, 9, seed=6)
    native = NativeEncoder(encoder, layer_operations)
    before = native(*inputs).numpy()
    for weight in encoder.weights:
        weight.assign(weight * 1.5)
    np.testing.assert_array_equal(native(*inputs), before)


@pytest.mark.parametrize(
    ("shape", "id_", "message"),
    [
        ([2, 91], 1, "Rows of 91 tokens are longer than the positions that there are, 90"),
        ([2, 3], 60, "ids of tokens should be from 0 to 59"),
        ([2, 3], -1, "ids of tokens should be from 0 to 59"),
        ([0, 3], 1, r"need examples with tokens, but their ids have the shape \[0, 3\]"),
    ],
)
def test_what_does_not_fit_is_said_in_a_sentence(natives, shape, id_, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        natives["bert"](tf.fill(shape, id_), tf.ones(shape, tf.int32), tf.zeros(shape, tf.int32))


def test_segments_that_are_not_there(natives):
    ids = tf.ones([1, 3], tf.int32)
    with pytest.raises(tf.errors.InvalidArgumentError, match="segments of tokens should be from 0 to 1"):
        natives["bert"](ids, ids, ids * 2)
