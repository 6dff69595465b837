"""Against Keras' own bidirectional LSTM with the same weights."""

import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras

from bert_tf.models.encoders.bilstm_encoder import BiLSTMEncoder
from bert_tf.models.encoders.encoder_config import encoder_config

VALUES = {"model_type": "bilstm", "vocab_size": 11, "embedding_size": 3, "hidden_size": 8, "hidden_dropout_prob": 0.4}
RANDOM = np.random.default_rng(2)
IDS = RANDOM.integers(0, 11, (3, 6)).astype(np.int32)
MASK = np.array([[1] * 6, [1] * 4 + [0] * 2, [1] + [0] * 5], np.int32)
INPUTS = {"input_ids": tf.constant(IDS), "attention_mask": tf.constant(MASK)}


@pytest.fixture(scope="module")
def encoder():
    made = BiLSTMEncoder(encoder_config(VALUES, where=""))
    made.bias.assign(RANDOM.normal(size=made.bias.shape))
    return made


@pytest.fixture(scope="module")
def reference(encoder):
    layer = keras.layers.Bidirectional(keras.layers.RNN(keras.layers.LSTMCell(4), return_sequences=True))
    layer.build((None, None, 3))
    by_direction = zip(encoder.kernel.numpy(), encoder.recurrent_kernel.numpy(), encoder.bias.numpy(), strict=True)
    layer.set_weights([weight for direction in by_direction for weight in direction])
    return layer


def test_states_are_those_of_keras(encoder, reference):
    found = encoder(INPUTS).numpy()
    expected = reference(tf.gather(encoder.words, IDS), mask=MASK.astype(bool)).numpy()
    assert found.shape == (3, 6, 8)
    np.testing.assert_allclose(found[MASK == 1], expected[MASK == 1], atol=1e-6)


def test_gradients_are_those_of_keras(encoder, reference):
    direction = RANDOM.normal(size=(3, 6, 8)).astype(np.float32) * MASK[:, :, None]
    words = tf.gather(encoder.words, IDS)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(words)
        own = tf.reduce_sum(encoder({**INPUTS, "inputs_embeds": words}) * direction)
        theirs = tf.reduce_sum(reference(words, mask=MASK.astype(bool)) * direction)
    np.testing.assert_allclose(tape.gradient(own, words), tape.gradient(theirs, words), atol=1e-6)
    recurrent = tape.gradient(theirs, reference.trainable_weights)[1::3]
    np.testing.assert_allclose(tape.gradient(own, encoder.recurrent_kernel), tf.stack(recurrent), atol=1e-6)


def test_padding_changes_nothing(encoder):
    wider = {name: tf.pad(values, [[0, 0], [0, 5]], constant_values=0) for name, values in INPUTS.items()}
    real = MASK == 1
    np.testing.assert_allclose(encoder(wider).numpy()[:, :6][real], encoder(INPUTS).numpy()[real], atol=1e-6)


def test_training_drops_words(encoder):
    assert np.abs(encoder(INPUTS, training=True) - encoder(INPUTS)).max() > 1e-3


def test_forget_gates_begin_open():
    bias = BiLSTMEncoder(encoder_config(VALUES, where="")).bias.numpy()
    assert bias.tolist() == [[0] * 4 + [1] * 4 + [0] * 8] * 2


def test_initial_values_are_those_of_keras():
    keras.utils.set_random_seed(3)
    values = {**VALUES, "embedding_size": 32, "hidden_size": 64}
    encoder = BiLSTMEncoder(encoder_config(values, where=""))
    layer = keras.layers.Bidirectional(keras.layers.LSTM(32))
    layer.build((None, None, 32))
    kernels, recurrent = encoder.kernel.numpy(), encoder.recurrent_kernel.numpy()
    for direction in range(2):
        theirs = layer.get_weights()[3 * direction : 3 * direction + 3]
        # Of 4,096 numbers each, uniform up to √(6 / (32 + 128)).
        assert kernels[direction].std() == pytest.approx(theirs[0].std(), rel=0.05)
        assert np.abs(kernels[direction]).max() == pytest.approx((6 / 160) ** 0.5, rel=0.01)
        np.testing.assert_allclose(recurrent[direction] @ recurrent[direction].T, np.eye(32), atol=1e-5)
        np.testing.assert_allclose(theirs[1] @ theirs[1].T, np.eye(32), atol=1e-5)
    assert np.abs(kernels[0] - kernels[1]).max() > 0.1
    # Drawn for each direction: of both at once, all 64 rows would stand at right angles.
    assert np.abs(recurrent[0] @ recurrent[1].T).max() > 0.05
