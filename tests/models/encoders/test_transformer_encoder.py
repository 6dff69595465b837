"""Every family against transformers on PyTorch, forward and back, and MiniLM with its real weights."""

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.models.encoder import load_encoder, make_encoder
from bert_tf.models.encoders.activations import ACTIVATIONS
from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.kernels.fused_encoder import FusedEncoder

SMALL = {"vocabulary_size": 50, "hidden_size": 12, "layers": 2, "heads": 2, "inner_size": 16, "positions": 20}


def follow(encoder, batch):
    """Hold what an encoder computes of a batch against it; of padding, states mean nothing."""
    expected, paths = batch.compared(encoder), encoder.paths()
    with tf.GradientTape() as tape:
        states = encoder.hidden_states({name: tf.constant(value) for name, value in batch.inputs.items()})
        loss = batch.loss(encoder, states[-1])
    for index, wanted in batch.states.items():
        np.testing.assert_allclose(states[index].numpy()[batch.real], wanted[batch.real], atol=1e-5, rtol=1e-5)
    if batch.pooled is not None:
        np.testing.assert_allclose(encoder.pooled(states[-1]), batch.pooled, atol=1e-5)
    for path, gradient in zip(expected, tape.gradient(loss, [paths[path] for path in expected]), strict=True):
        np.testing.assert_allclose(tf.convert_to_tensor(gradient), expected[path], rtol=1e-4, atol=2e-4, err_msg=path)


def test_it_computes_what_pytorch_computes(reference):
    encoder, given = load_encoder(reference.folder)
    for batch in reference.batches():
        assert given.pooler == (batch.pooled is not None)
        assert len(batch.states) == 1 + encoder.config.layers
        follow(encoder, batch)


def test_minilm_computes_what_pytorch_computes(minilm, minilm_batch):
    follow(load_encoder(minilm)[0], minilm_batch)


def test_the_last_states_are_what_a_call_gives(reference):
    encoder = load_encoder(reference.folder)[0]
    batch = reference.batches()[0]
    np.testing.assert_allclose(encoder(batch.inputs)[batch.real], batch.states[2][batch.real], atol=1e-5, rtol=1e-5)


def test_embeddings_can_stand_in_for_ids(reference):
    encoder = load_encoder(reference.folder)[0]
    inputs = dict(reference.batches()[0].inputs)
    expected = encoder(inputs)
    inputs["inputs_embeds"] = encoder.embeddings.words.numpy()[inputs.pop("input_ids")]
    np.testing.assert_array_equal(encoder(inputs), expected)


def test_without_a_mask_all_are_tokens_of_the_first_segment():
    encoder = make_encoder(EncoderConfig(**SMALL))
    ids = tf.constant([[4, 5, 6]])
    told = {"input_ids": ids, "attention_mask": tf.ones_like(ids), "token_type_ids": tf.zeros_like(ids)}
    np.testing.assert_array_equal(encoder({"input_ids": ids}), encoder(told))


def test_dropout_is_of_training_only():
    # At a tenth, one training call in fifty drops nothing of so few values.
    encoder = make_encoder(EncoderConfig(**SMALL, hidden_dropout=0.5))
    inputs = {"input_ids": tf.constant([[4, 5, 6]])}
    still, again, moved = (encoder(inputs, training=training).numpy() for training in (False, False, True))
    np.testing.assert_array_equal(still, again)
    assert np.abs(moved - still).max() > 1e-2


@pytest.mark.parametrize(("family", "drops"), [("bert", True), ("distilbert", False)])
def test_distilbert_drops_nothing_behind_its_attention(family, drops):
    """Whose `TransformerBlock` in transformers has no dropout there. All else that could be dropped is 0 here."""
    encoder = make_encoder(EncoderConfig(**SMALL, family=family, hidden_dropout=0.5, attention_dropout=0.0))
    for path, variable in encoder.paths().items():
        if "embeddings/norm" in path or "/outer/" in path:
            variable.assign(tf.zeros_like(variable))
        elif path.endswith("attention_output/bias"):
            variable.assign(tf.linspace(-1.0, 1.0, 12))
    ids = tf.constant([[4, 5, 6]])
    inputs = {"input_ids": ids, "attention_mask": tf.ones_like(ids), "token_type_ids": tf.zeros_like(ids)}
    fused = FusedEncoder(encoder, compute_dtype=tf.float32)
    for trained in (encoder(inputs, training=True), fused(*inputs.values(), seed=tf.constant(1, tf.uint32))):
        assert np.allclose(trained, encoder(inputs), atol=1e-5) != drops


def test_random_weights_are_as_wide_as_told_and_norms_change_nothing():
    encoder = make_encoder(EncoderConfig(**{**SMALL, "vocabulary_size": 2000}, initializer_range=0.5))
    paths = encoder.paths()
    # Of a normal distribution that is cut off at two standard deviations.
    assert np.std(paths["embeddings/words"]) == pytest.approx(0.5 * 0.88, rel=0.02)
    np.testing.assert_array_equal(paths["layers/1/outer_norm/gamma"], np.ones(12))
    np.testing.assert_array_equal(paths["layers/1/inner/bias"], np.zeros(16))


@pytest.mark.parametrize(
    ("name", "expected"),
    # x·Φ(x) of -1 and 2; its approximation 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))); and the positive part.
    [
        ("gelu", (-0.15865525, 1.95449974)),
        ("gelu_new", (-0.15880801, 1.95459769)),
        ("gelu_pytorch_tanh", (-0.15880801, 1.95459769)),
        ("relu", (0.0, 2.0)),
    ],
)
def test_activations_by_hand(name, expected):
    np.testing.assert_allclose(ACTIVATIONS[name](tf.constant([-1.0, 2.0])), expected, atol=1e-6)


def test_another_activation_is_another_function():
    inputs = {"input_ids": tf.constant([[4, 5, 6]])}
    settings = {**SMALL, "initializer_range": 0.5}
    gelu, relu = (make_encoder(EncoderConfig(**settings, activation=name)) for name in ("gelu", "relu"))
    relu.set_weights(gelu.get_weights())
    assert np.abs(gelu(inputs) - relu(inputs)).max() > 1e-3


TABLES = ["embeddings/words", "embeddings/segments", "embeddings/positions", "embeddings/norm/gamma",
          "embeddings/norm/beta"]  # fmt: skip
LAYER = [
    f"{part}/{name}"
    for part, names in [
        *((part, ("kernel", "bias")) for part in ("query", "key", "value", "attention_output")),
        ("attention_norm", ("gamma", "beta")), ("inner", ("kernel", "bias")), ("outer", ("kernel", "bias")),
        ("outer_norm", ("gamma", "beta")),
    ]
    for name in names
]  # fmt: skip
LAYERS = [f"layers/{index}/{name}" for index in range(2) for name in LAYER]
POOLER, PROJECTION = ["pooler/kernel", "pooler/bias"], ["projection/kernel", "projection/bias"]
NO_SEGMENTS = [path for path in TABLES if "segments" not in path]


@pytest.mark.parametrize(
    ("family", "order"),
    [
        ("bert", TABLES + LAYERS + POOLER),
        ("distilbert", NO_SEGMENTS + LAYERS),
        ("electra", TABLES + PROJECTION + LAYERS),
        ("mpnet", ["relative_positions/table", *LAYERS, *POOLER, *NO_SEGMENTS]),
        ("roberta", LAYERS + POOLER + TABLES),
    ],
)
def test_variables_are_in_the_order_of_checkpoints(reference_folder, family, order):
    """That of transformers 4's TensorFlow classes, with which older runs were trained."""
    assert list(load_encoder(reference_folder / family)[0].paths()) == order
