"""An encoder for inference: a graph of constants in the forms that TensorFlow's oneDNN rewrites fuse.

Nothing here is compiled, so a server that refuses XLA runs it as fast. TensorFlow's graph optimizer (grappler's
remapper) puts bias, GELU and residual into the matmuls and makes one operation of LayerNorm, where it can see that
shapes agree and that weights never change. Without oneDNN the same graph runs unfused and gives the same numbers.
"""

import numpy as np
import tensorflow as tf

from bert_tf.models.encoders.relative_positions import distance_index
from bert_tf.models.encoders.transformer_encoder import MASKED, TransformerEncoder
from bert_tf.models.frozen.micro_batches import in_micro_batches
from bert_tf.models.frozen.quantization import Quantized, dequantized, dequantized_rows
from bert_tf.models.frozen.weights import FUSED_EPSILON, Dense, Layer, Norm, freeze


class FrozenEncoder:
    """Computes what an encoder computes without dropout, with its weights as they are at construction.

    Args:
        encoder: With a configuration that `kernels.fused_encoder.supports` accepts.
        compute_dtype: float32, or bfloat16 for weights and activations.
        quantized: Whether kernels and word embeddings are kept as int8; see `quantize`.

    Attributes:
        words: The word embeddings, [V, E]. The one weight that stays a variable: nothing is fused with a lookup, and
            a graph of constants may not be larger than 2 GiB.
    """

    def __init__(self, encoder: TransformerEncoder, *, compute_dtype: tf.DType, quantized: bool = False) -> None:
        self._constants, self._dtype = freeze(encoder, dtype=compute_dtype, quantized=quantized), compute_dtype
        self._width = encoder.config.hidden_size
        words = self._constants.words
        table = words.values if isinstance(words, Quantized) else words
        self.words = tf.Variable(table, trainable=False, name="words")

    @tf.autograph.experimental.do_not_convert
    def __call__(
        self,
        input_ids: tf.Tensor,
        attention_mask: tf.Tensor,
        token_type_ids: tf.Tensor,
        *,
        first_token_only: bool = False,
    ) -> tf.Tensor:
        """Last hidden states, float32 [B, L, H], or [B, 1, H] with `first_token_only`; see `FusedEncoder`."""
        score_bias = self._score_bias(tf.shape(input_ids)[1])

        def states(*inputs: tf.Tensor) -> tf.Tensor:
            return self._states(*inputs, score_bias=score_bias, first_token_only=first_token_only)

        computed = in_micro_batches(states, input_ids, attention_mask, token_type_ids)
        return tf.ensure_shape(computed, [None, 1 if first_token_only else None, self._width])

    def _score_bias(self, length: tf.Tensor) -> tf.Tensor | None:
        """What is added to the scores for the tokens' distance, [N, L, L]."""
        by_distance = self._constants.score_bias
        if by_distance is None:
            return None
        longest = (by_distance.shape[1] + 1) // 2
        return tf.gather(_constant(by_distance, self._dtype), distance_index(length, longest), axis=1)

    def _states(
        self,
        input_ids: tf.Tensor,
        attention_mask: tf.Tensor,
        token_type_ids: tf.Tensor,
        *,
        score_bias: tf.Tensor | None,
        first_token_only: bool,
    ) -> tf.Tensor:
        fixed, shape = self._constants, tf.shape(input_ids)
        states = self._embedded(input_ids)
        if fixed.segments is not None:
            states += tf.gather(fixed.segments, token_type_ids)
        states += tf.constant(fixed.positions)[: shape[1]]
        states = _layer_norm(tf.reshape(states, [-1, states.shape[-1]]), fixed.norm)
        if fixed.projection is not None:
            states = _dense(states, fixed.projection)
        addend = tf.cast((1.0 - tf.cast(attention_mask, tf.float32)) * MASKED, states.dtype)
        for index, layer in enumerate(fixed.layers):
            first_only = first_token_only and index == len(fixed.layers) - 1
            states = self._layer(layer, states, addend, shape, score_bias, first_only=first_only)
        length = 1 if first_token_only else shape[1]
        return tf.reshape(tf.cast(states, tf.float32) / fixed.scale, [shape[0], length, self._width])

    def _embedded(self, input_ids: tf.Tensor) -> tf.Tensor:
        """The words' embeddings, [B, L, E]."""
        words = self._constants.words
        if isinstance(words, Quantized):
            return dequantized_rows(self.words, words, input_ids, self._dtype)
        return tf.gather(self.words, input_ids)

    def _layer(
        self,
        layer: Layer,
        states: tf.Tensor,
        addend: tf.Tensor,
        shape: tf.Tensor,
        score_bias: tf.Tensor | None,
        *,
        first_only: bool,
    ) -> tf.Tensor:
        """One layer, from rows [B·L, H] to rows, or to the first tokens' [B, H]."""
        by_text = tf.reshape(states, [shape[0], shape[1], states.shape[-1]])
        asking = by_text[:, 0] if first_only else states
        query = self._heads(_dense(asking, layer.query), [shape[0], 1 if first_only else shape[1]])
        key = self._heads(_dense(states, layer.key), shape)
        value = self._heads(_dense(states, layer.value), shape)
        in_extra = tf.one_hot(key.shape[-1] - 1, key.shape[-1], dtype=key.dtype)
        key += addend[:, tf.newaxis, :, tf.newaxis] * in_extra
        scores = tf.matmul(query, key, transpose_b=True)
        if score_bias is not None:
            scores += score_bias[:, :1] if first_only else score_bias
        context = tf.matmul(tf.nn.softmax(scores), value)
        # Shaped after `asking`, so that the optimizer sees equal shapes and fuses the sum.
        context = tf.reshape(tf.transpose(context, [0, 2, 1, 3]), tf.shape(asking))
        asking = _layer_norm(_dense(context, layer.attention_output) + asking, layer.attention_norm)
        inner = tf.nn.gelu(_dense(asking, layer.inner), approximate=False)
        return _layer_norm(_dense(inner, layer.outer) + asking, layer.outer_norm)

    def _heads(self, rows: tf.Tensor, shape: tf.Tensor | list) -> tf.Tensor:
        """[B·L, N·D] to [B, N, L, D], with (B, L) as `shape`."""
        heads = self._constants.heads
        split = tf.reshape(rows, [shape[0], shape[1], heads, rows.shape[-1] // heads])
        return tf.transpose(split, [0, 2, 1, 3])


def _dense(rows: tf.Tensor, weights: Dense) -> tf.Tensor:
    return tf.nn.bias_add(tf.matmul(rows, _constant(weights.kernel, rows.dtype)), tf.constant(weights.bias))


def _constant(kernel: np.ndarray | Quantized, dtype: tf.DType) -> tf.Tensor:
    """A kernel as a constant, bfloat16 as its bits: in a file TensorFlow gives each bfloat16 up to three bytes."""
    if isinstance(kernel, Quantized):
        return dequantized(kernel, dtype)
    if kernel.dtype != tf.bfloat16.as_numpy_dtype:
        return tf.constant(kernel)
    return tf.bitcast(tf.constant(kernel.view(np.int16)), tf.bfloat16)


def _layer_norm(rows: tf.Tensor, norm: Norm) -> tf.Tensor:
    """LayerNorm of [R, H] in the one form that becomes one operation: axis 1 and not -1, gamma in the reciprocal."""
    mean = tf.reduce_mean(rows, 1, keepdims=True)
    variance = tf.reduce_mean(tf.math.squared_difference(rows, mean), 1, keepdims=True)
    reciprocal = tf.math.rsqrt(variance + tf.constant(FUSED_EPSILON, rows.dtype)) * tf.constant(norm.gamma)
    return rows * reciprocal + (tf.constant(norm.beta) - mean * reciprocal)
