"""An encoder for inference by the operations of the native library, with its weights packed once."""

import dataclasses
from typing import Any

import tensorflow as tf

from bert_tf.models.encoders.transformer_encoder import TransformerEncoder
from bert_tf.models.encoders.transformer_layer import TransformerLayer
from bert_tf.models.kernels.native_layer import Tensors, first_rows, layer_sources, to_examples
from bert_tf.native.threads import operation_threads


@dataclasses.dataclass(frozen=True)
class _Tables:
    """What is looked up, float32, in the order in which the operation takes it: words, positions, segments (of no rows
    where tokens have none), gamma and beta of their LayerNorm."""

    tables: Tensors
    epsilon: float
    projection: Tensors  # kernel and bias, bfloat16, or nothing


@dataclasses.dataclass(frozen=True)
class _PackedLayer:
    """Matrices of one layer as tiles, bfloat16, and its vectors, float32."""

    projections: tf.Tensor
    bias: tf.Tensor
    matrices: Tensors
    vectors: Tensors
    epsilon: float


class NativeEncoder:
    """Computes what an encoder computes without dropout, in bfloat16, with its weights as they are at construction.

    Sums and norms are float32. What a row gives doesn't depend on the rows beside it or on the number of threads.

    Args:
        encoder: With a configuration that `kernels.native_layer.supports_native` accepts.
        operations: Of the native library.
    """

    def __init__(self, encoder: TransformerEncoder, operations: Any) -> None:
        self._operations, self._heads, self._width = operations, encoder.config.heads, encoder.config.hidden_size
        self._tables = _tables(encoder)
        self._layers = [_packed(operations, layer) for layer in encoder.transformer_layers]

    @tf.autograph.experimental.do_not_convert
    def __call__(
        self,
        input_ids: tf.Tensor,
        attention_mask: tf.Tensor,
        token_type_ids: tf.Tensor,
        *,
        first_token_only: bool = False,
    ) -> tf.Tensor:
        """Last hidden states, float32 [B, L, H], or [B, 1, H] with `first_token_only`, of int32 [B, L] each, B and L at
        least 1; see `FusedEncoder`."""
        batch, length = tf.unstack(tf.shape(input_ids))
        states = self._embedded(input_ids, token_type_ids)
        for index, layer in enumerate(self._layers):
            first_only = first_token_only and index == len(self._layers) - 1
            states = self._layer(layer, states, attention_mask, first_only=first_only)
        return tf.cast(to_examples(states, batch, 1 if first_token_only else length), tf.float32)

    def _embedded(self, input_ids: tf.Tensor, token_type_ids: tf.Tensor) -> tf.Tensor:
        """What goes into the first layer, bfloat16 [R, H] as of `to_rows`."""
        states = self._operations.bert_tf_embed(
            input_ids, token_type_ids, *self._tables.tables, epsilon=self._tables.epsilon, threads=operation_threads()
        )
        if self._tables.projection:
            kernel, bias = self._tables.projection
            states = tf.nn.bias_add(tf.matmul(states, kernel), bias)
        return tf.ensure_shape(states, [None, self._width])

    def _layer(self, layer: _PackedLayer, states: tf.Tensor, mask: tf.Tensor, *, first_only: bool) -> tf.Tensor:
        """One layer, from rows of all tokens to rows, or to those of the first tokens."""
        threads = operation_threads()
        context = self._operations.bert_tf_attention_inference(
            states, layer.projections, layer.bias, mask, heads=self._heads, first_only=first_only, threads=threads
        )
        states = self._operations.bert_tf_rest_inference(
            context,
            first_rows(states, mask) if first_only else states,
            *layer.matrices,
            *layer.vectors,
            epsilon=layer.epsilon,
            threads=threads,
        )
        return tf.ensure_shape(states, [None, self._width])


def _tables(encoder: TransformerEncoder) -> _Tables:
    config, embeddings, projection = encoder.config, encoder.embeddings, encoder.projection
    positions = embeddings.positions[config.first_position :]
    segments = tf.zeros([0, positions.shape[1]])
    if embeddings.segments is not None and config.takes_segments:
        segments = tf.convert_to_tensor(embeddings.segments)
    elif embeddings.segments is not None:
        positions += embeddings.segments[0]
    norm = embeddings.norm
    words, gamma, beta = (tf.convert_to_tensor(each) for each in (embeddings.words, norm.gamma, norm.beta))
    projected = () if projection is None else (projection.kernel, projection.bias)
    return _Tables(
        tables=(words, positions, segments, gamma, beta),
        epsilon=norm.epsilon,
        projection=tuple(tf.cast(each, tf.bfloat16) for each in projected),
    )


def _packed(operations: Any, layer: TransformerLayer) -> _PackedLayer:
    sources = layer_sources(layer)
    # Every other one is a transpose, for the backward pass.
    projections, *matrices = operations.bert_tf_pack_layer(*sources[:6], threads=operation_threads())[::2]
    return _PackedLayer(projections, tf.concat(sources[6:9], 0), tuple(matrices), sources[9:], layer.outer_norm.epsilon)
