"""A bidirectional LSTM over word pieces, trained from nothing: what one did before BERT."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf
import tf_keras as keras

from bert_tf.models.dropout_layer import Dropout
from bert_tf.models.encoders.built_layers import Initializer, InitialValues
from bert_tf.models.encoders.encoder_config import EncoderConfig

_DIRECTIONS, _GATES = 2, 4  # forward and backward; input, forget, candidate, output


def bilstm_values(config: EncoderConfig) -> InitialValues:
    """What an untrained encoder begins with, as Keras' Bidirectional LSTM does: Glorot's and orthogonal matrices, drawn
    for each direction, and open forget gates.

    Jozefowicz et al., "An Empirical Exploration of Recurrent Network Architectures", 2015.
    """
    units = config.hidden_size // _DIRECTIONS

    def forget_gates(shape: tf.TensorShape, dtype: Any = None, **_: object) -> tf.Tensor:
        del shape, dtype
        return tf.repeat(tf.constant([[0.0, 1.0, 0.0, 0.0]] * _DIRECTIONS), units, axis=1)

    initial: dict[str, Initializer] = {
        "words": keras.initializers.RandomUniform(-0.05, 0.05),
        "kernel": _of_each_direction(keras.initializers.GlorotUniform),
        "recurrent_kernel": _of_each_direction(keras.initializers.Orthogonal),
        "bias": forget_gates,
    }
    return lambda path: initial[path]


def _of_each_direction(kind: Callable[[], Initializer]) -> Initializer:
    """Both directions' matrices [2, M, N]: of all three axes at once, an initializer would take the first for a
    convolution's and draw smaller numbers."""

    def initial(shape: tf.TensorShape, dtype: Any = None, **_: object) -> tf.Tensor:
        # One initializer without a seed draws the same numbers again.
        return tf.stack([kind()(shape[1:], dtype) for _ in range(_DIRECTIONS)])

    return initial


class BiLSTMEncoder(keras.Model):
    """Token ids to hidden states by an LSTM in both directions (Hochreiter & Schmidhuber, 1997; Graves et al., 2005).

    Args:
        config: Of the family "bilstm".
        initial: What the variables begin with; random values by default.

    Attributes:
        config: As given.
        pooler: None.
        words: [V, E].
        kernel: From a word to the gates of both directions, [2, E, 4 · H / 2].
        recurrent_kernel: From the state before, [2, H / 2, 4 · H / 2].
        bias: [2, 4 · H / 2].
    """

    pooler: keras.layers.Dense | None = None

    def __init__(self, config: EncoderConfig, initial: InitialValues | None = None) -> None:
        super().__init__(name=config.family)
        initial = initial or bilstm_values(config)
        self.config = config
        self._units = config.hidden_size // _DIRECTIONS
        gates = _GATES * self._units

        def variable(name: str, shape: list[int]) -> tf.Variable:
            return self.add_weight(name=name, shape=shape, initializer=initial(name))

        with tf.name_scope(self.name):
            self.words = variable("words", [config.vocabulary_size, config.embedding_width])
            self.kernel = variable("kernel", [_DIRECTIONS, config.embedding_width, gates])
            self.recurrent_kernel = variable("recurrent_kernel", [_DIRECTIONS, self._units, gates])
            self.bias = variable("bias", [_DIRECTIONS, gates])
        self._dropout = Dropout(config.hidden_dropout)
        self.built = True

    def call(self, inputs: dict[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Hidden states of both directions side by side, float32 [B, L, H]; see `TextEncoder`."""
        words = inputs.get("inputs_embeds")
        if words is None:
            words = tf.gather(self.words, inputs["input_ids"])
        words = self._dropout(words, training=training)
        lengths = tf.reduce_sum(tf.cast(inputs["attention_mask"], tf.int32), 1)
        # Read backwards, a text begins with its last token too, and its padding stays behind it.
        both = tf.stack([words, tf.reverse_sequence(words, lengths, seq_axis=1)])
        forward, backward = tf.unstack(self._states(both))
        return tf.concat([forward, tf.reverse_sequence(backward, lengths, seq_axis=1)], -1)

    def points(self, ids: tf.Tensor, kept: tf.Tensor, *, baseline_id: int) -> tf.Tensor:
        """Word embeddings, float32 [L, E]; see `TextEncoder`."""
        return tf.gather(self.words, tf.where(kept, ids, baseline_id))

    def _states(self, words: tf.Tensor) -> tf.Tensor:
        """Both directions at once: float32 [2, B, L, E] to the state after each token, float32 [2, B, L, H / 2]."""
        shape = tf.shape(words)
        gates = tf.einsum("dble,deg->ldbg", words, self.kernel) + self.bias[:, tf.newaxis]
        zeros = tf.zeros([_DIRECTIONS, shape[1], self._units])

        def step(before: tuple[tf.Tensor, tf.Tensor], given: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            state, memory = before
            taken, forgotten, candidate, shown = tf.split(given + tf.matmul(state, self.recurrent_kernel), _GATES, -1)
            memory = tf.sigmoid(forgotten) * memory + tf.sigmoid(taken) * tf.tanh(candidate)
            return tf.sigmoid(shown) * tf.tanh(memory), memory

        states, _ = tf.scan(step, gates, initializer=(zeros, zeros))
        return tf.transpose(states, [1, 2, 0, 3])
