"""One layer of a transformer encoder: attention and feed-forward block, each with its residual and LayerNorm."""

import functools

import tensorflow as tf
import tf_keras as keras

from bert_tf.models.dropout_layer import Dropout
from bert_tf.models.encoders.activations import ACTIVATIONS
from bert_tf.models.encoders.built_layers import InitialValues, dense, layer_norm
from bert_tf.models.encoders.encoder_config import EncoderConfig


class TransformerLayer(keras.layers.Layer):
    """The encoder layer of Vaswani et al. 2017, normalized after each sum, which all families share.

    Args:
        config: Of the encoder.
        index: Of the layer, from 0.
        initial: Of its variables.

    Attributes:
        query, key, value, attention_output, inner, outer: Dense layers.
        attention_norm, outer_norm: LayerNorms behind the two residual sums.
    """

    def __init__(self, config: EncoderConfig, index: int, initial: InitialValues) -> None:
        super().__init__(name=f"layers/{index}")
        path, width = f"layers/{index}", config.hidden_size
        square = functools.partial(dense, inputs=width, outputs=width, initial=initial)
        norm = functools.partial(layer_norm, width=width, epsilon=config.epsilon, initial=initial)
        self.query, self.key, self.value = (square(f"{path}/{name}") for name in ("query", "key", "value"))
        self.attention_output = square(f"{path}/attention_output")
        self.attention_norm = norm(f"{path}/attention_norm")
        self.inner = dense(f"{path}/inner", width, config.inner_size, initial=initial)
        self.outer = dense(f"{path}/outer", config.inner_size, width, initial=initial)
        self.outer_norm = norm(f"{path}/outer_norm")
        self._activation = ACTIVATIONS[config.activation]
        self._heads, self._width = config.heads, width
        self._attention_dropout = Dropout(config.attention_dropout)
        self._attended_dropout = Dropout(config.attended_dropout)
        self._dropout = Dropout(config.hidden_dropout)
        self.built = True

    def call(self, states: tf.Tensor, score_bias: tf.Tensor, training: bool = False) -> tf.Tensor:
        """States of the tokens, float32 [B, L, H], to those behind the layer.

        Args:
            states: What the layer before gave.
            score_bias: Added to the attention scores; float32, of a shape that is broadcast to [B, N, L, L].
            training: Whether to drop shares.
        """
        attended = self.attention_output(self._attention(states, score_bias, training))
        states = self.attention_norm(self._attended_dropout(attended, training=training) + states)
        fed = self.outer(self._activation(self.inner(states)))
        return self.outer_norm(self._dropout(fed, training=training) + states)

    def _attention(self, states: tf.Tensor, score_bias: tf.Tensor, training: bool) -> tf.Tensor:
        """What the tokens take from each other, float32 [B, L, H], before its projection."""
        query, key, value = (self._to_heads(part(states)) for part in (self.query, self.key, self.value))
        scores = tf.matmul(query, key, transpose_b=True) / (self._width // self._heads) ** 0.5
        probabilities = self._attention_dropout(tf.nn.softmax(scores + score_bias), training=training)
        context = tf.transpose(tf.matmul(probabilities, value), [0, 2, 1, 3])
        shape = tf.shape(states)
        return tf.reshape(context, [shape[0], shape[1], self._width])

    def _to_heads(self, tokens: tf.Tensor) -> tf.Tensor:
        """[B, L, N·D] to [B, N, L, D]."""
        shape = tf.shape(tokens)
        split = tf.reshape(tokens, [shape[0], shape[1], self._heads, self._width // self._heads])
        return tf.transpose(split, [0, 2, 1, 3])
