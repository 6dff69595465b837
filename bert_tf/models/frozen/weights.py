"""An encoder's weights as constants, laid out for the graph of `models.frozen.frozen_encoder`."""

import dataclasses
import math

import numpy as np
import tensorflow as tf
import tf_keras as keras

from bert_tf.models.encoders.transformer_encoder import TransformerEncoder
from bert_tf.models.encoders.transformer_layer import TransformerLayer
from bert_tf.models.frozen.quantization import Quantized, quantize

# TensorFlow's fused LayerNorm adds this to the variance, whatever the graph's own epsilon is.
FUSED_EPSILON = 1e-3


@dataclasses.dataclass(frozen=True)
class Dense:
    """kernel [I, O] and bias [O]."""

    kernel: np.ndarray | Quantized
    bias: np.ndarray


@dataclasses.dataclass(frozen=True)
class Norm:
    """gamma and beta, [H]."""

    gamma: np.ndarray
    beta: np.ndarray


@dataclasses.dataclass(frozen=True)
class Layer:
    """Constants of one layer.

    Attributes:
        query, key: [H, N·(D + 1)]: each head has an extra column, which is 1 in the query and 0 in the key. A mask's
            addend that is put there in the key is added to the scores by the matmul itself.
    """

    query: Dense
    key: Dense
    value: Dense
    attention_output: Dense
    attention_norm: Norm
    inner: Dense
    outer: Dense
    outer_norm: Norm


@dataclasses.dataclass(frozen=True)
class EncoderConstants:
    """All constants of an encoder, in its compute dtype; kernels and words may be quantized.

    Attributes:
        scale: What states between layers are multiplied by. LayerNorm does not notice it but for its epsilon: with
            the scale, the fused operation's epsilon comes to the model's own. It is a power of two and stands in the
            weights already, so that it costs nothing and rounds nothing.
        words: [V, E].
        positions: [longest row, E]; what is added to every token, such as a segment's only row, is in it.
        segments: [S, E], or None.
        norm: Of the embeddings.
        projection: From the tables' width to H, or None.
        score_bias: Added to the scores by head and distance, [N, 2·longest row - 1], or None.
        layers: In order.
    """

    scale: float
    heads: int
    words: np.ndarray | Quantized
    positions: np.ndarray
    segments: np.ndarray | None
    norm: Norm
    projection: Dense | None
    score_bias: np.ndarray | None
    layers: tuple[Layer, ...]


def freeze(encoder: TransformerEncoder, *, dtype: tf.DType, quantized: bool = False) -> EncoderConstants:
    """The weights of an encoder as they are now.

    Args:
        encoder: With a configuration that `kernels.fused_encoder.supports` accepts.
        dtype: Of all that is not quantized.
        quantized: Whether kernels and word embeddings are, of their float32 values.
    """
    config, tables = encoder.config, encoder.embeddings
    projection, relative = encoder.projection, encoder.relative_positions
    scale = 2.0 ** round(math.log2(math.sqrt(FUSED_EPSILON / config.epsilon)))
    cast = _Cast(tf.as_dtype(dtype).as_numpy_dtype, quantized)
    positions, segments = tables.positions.numpy()[config.first_position :], None
    if tables.segments is not None and config.takes_segments:
        segments = cast(tables.segments.numpy() * scale)
    elif tables.segments is not None:
        positions = positions + tables.segments.numpy()[0]
    return EncoderConstants(
        scale=scale,
        heads=config.heads,
        words=cast.table(tables.words.numpy() * scale),
        positions=cast(positions * scale),
        segments=segments,
        norm=cast.norm(tables.norm, scale),
        projection=None
        if projection is None
        else cast.dense(projection.kernel.numpy(), projection.bias.numpy() * scale),
        score_bias=None if relative is None else cast(relative.by_distance()),
        layers=tuple(_layer(layer, heads=config.heads, scale=scale, cast=cast) for layer in encoder.transformer_layers),
    )


@dataclasses.dataclass(frozen=True)
class _Cast:
    dtype: type
    quantized: bool

    def __call__(self, values: np.ndarray) -> np.ndarray:
        return values.astype(self.dtype)

    def dense(self, kernel: np.ndarray, bias: np.ndarray) -> Dense:
        return Dense(quantize(kernel, axis=0) if self.quantized else self(kernel), self(bias))

    def table(self, rows: np.ndarray) -> np.ndarray | Quantized:
        return quantize(rows, axis=1) if self.quantized else self(rows)

    def norm(self, layer: keras.layers.LayerNormalization, scale: float) -> Norm:
        return Norm(self(layer.gamma.numpy() * scale), self(layer.beta.numpy() * scale))


def _layer(layer: TransformerLayer, *, heads: int, scale: float, cast: _Cast) -> Layer:
    def numbers(dense: keras.layers.Dense, before: float, behind: float) -> tuple[np.ndarray, np.ndarray]:
        """Kernel and bias of a layer whose inputs are multiplied by one factor and whose outputs by another."""
        return dense.kernel.numpy() * (behind / before), dense.bias.numpy() * behind

    query, query_bias = numbers(layer.query, scale, (layer.query.units // heads) ** -0.5)
    key, key_bias = numbers(layer.key, scale, 1.0)
    return Layer(
        query=cast.dense(_widen(query, heads, extra=0.0), _widen(query_bias, heads, extra=1.0)),
        key=cast.dense(_widen(key, heads, extra=0.0), _widen(key_bias, heads, extra=0.0)),
        value=cast.dense(*numbers(layer.value, scale, 1.0)),
        attention_output=cast.dense(*numbers(layer.attention_output, 1.0, scale)),
        attention_norm=cast.norm(layer.attention_norm, scale),
        inner=cast.dense(*numbers(layer.inner, scale, 1.0)),
        outer=cast.dense(*numbers(layer.outer, 1.0, scale)),
        outer_norm=cast.norm(layer.outer_norm, scale),
    )


def _widen(values: np.ndarray, heads: int, *, extra: float) -> np.ndarray:
    """[…, N·D] to […, N·(D + 1)] with a constant in each head's last column."""
    split = values.reshape(*values.shape[:-1], heads, -1)
    padding = [(0, 0)] * (split.ndim - 1) + [(0, 1)]
    return np.pad(split, padding, constant_values=extra).reshape(*values.shape[:-1], -1)
