"""A layer by the operations of the native library: matmuls on the CPU's matrix units, and what is between them beside.

Tokens of all examples lie in one matrix, example after example, so that no length is filled up. Behind them are rows of
zeros up to a multiple of 32, whose gradients are zeros.
"""

import dataclasses
from typing import Any

import tensorflow as tf

from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.encoders.transformer_layer import TransformerLayer
from bert_tf.models.kernels.graph_gradients import custom_gradient
from bert_tf.models.kernels.packed_layers import PackedLayers, matrices_of
from bert_tf.native.threads import operation_threads

Tensors = tuple[tf.Tensor, ...]

_BLOCK = 32
_HEAD_WIDTHS = (32, 64)


def supports_native(config: EncoderConfig) -> str | None:
    """Why the native layer can't stand in for an encoder's layers; None if it can. Takes what `supports` accepts."""
    width = config.hidden_size // config.heads
    if config.relative_buckets:
        return f"The native layer has no relative positions, which the encoder {config.family!r} adds to its scores."
    if width not in _HEAD_WIDTHS:
        return f"The native layer's attention heads are 32 or 64 wide, but this encoder's are {width}."
    if config.hidden_size % _BLOCK or config.inner_size % _BLOCK:
        return (
            f"The native layer's widths are multiples of {_BLOCK}, but this encoder's are {config.hidden_size} and "
            f"{config.inner_size}."
        )
    return None


@dataclasses.dataclass(frozen=True)
class LayerDropout:
    """What a layer drops.

    Attributes:
        seeds: Three scalars, uint32: of attention's probabilities, its output, and the feed-forward block's output.
        rates: The shares, in the same order; 0 for inference.
    """

    seeds: Tensors
    rates: tuple[float, float, float]

    @property
    def thresholds(self) -> tuple[int, ...]:
        """A number whose hash is below it is dropped; see `keep_mask`."""
        return tuple(int(rate * 2**32) for rate in self.rates)


@dataclasses.dataclass(frozen=True)
class _Call:
    """One use of a layer: the operations, what they read beside tokens and weights, and the layer's shape."""

    operations: Any
    mask: tf.Tensor
    dropout: LayerDropout
    heads: int
    epsilon: float
    first_only: bool
    of_packing: dict[str, int]

    @property
    def of_attention(self) -> dict[str, object]:
        below = self.dropout.thresholds[0]
        return {"heads": self.heads, "first_only": self.first_only, "drop_below": below, "threads": operation_threads()}

    @property
    def of_rest(self) -> dict[str, object]:
        _, attention, outer = self.dropout.thresholds
        return {
            "epsilon": self.epsilon,
            "attention_drop_below": attention,
            "outer_drop_below": outer,
            "threads": operation_threads(),
        }


def to_rows(states: tf.Tensor) -> tf.Tensor:
    """[B, L, H] to the matrix of a native layer, [R, H], R a multiple of 32."""
    rows = tf.reshape(states, [-1, states.shape[-1]])
    return tf.pad(rows, [[0, -tf.shape(rows)[0] % _BLOCK], [0, 0]])


def to_examples(rows: tf.Tensor, batch: tf.Tensor, length: tf.Tensor | int) -> tf.Tensor:
    """The inverse of `to_rows` for B examples of L tokens."""
    return tf.reshape(rows[: batch * length], [batch, length, rows.shape[-1]])


def native_layer(
    operations: Any,
    layer: TransformerLayer,
    states: tf.Tensor,
    attention_mask: tf.Tensor,
    *,
    dropout: LayerDropout,
    heads: int,
    first_only: bool,
    packed: PackedLayers | None = None,
) -> tf.Tensor:
    """What `TransformerLayer` computes, in bfloat16 with sums, norms and gradients of weights in float32.

    Args:
        operations: Of the native library.
        layer: Whose variables are read, with a configuration that `supports_native` accepts.
        states: bfloat16 [R, H] of `to_rows`.
        attention_mask: int32 [B, L], 0 for padding.
        dropout: Masks are functions of its seeds, the same as those of the fused kernels.
        heads: Number of heads.
        first_only: Only the first token of an example asks; all tokens answer.
        packed: Has the layer's matrices packed, if they are still the same; without it they are packed each time.

    Returns:
        bfloat16 [R, H], with `first_only` of B rows up to a multiple of 32.
    """
    of_packing = {} if packed is None else packed.of(layer)
    call = _Call(operations, attention_mask, dropout, heads, layer.outer_norm.epsilon, first_only, of_packing)

    @custom_gradient
    def apply(states: tf.Tensor, *sources: tf.Tensor) -> tuple[tf.Tensor, object]:
        return _layer(call, states, *sources)

    return apply(states, *layer_sources(layer))


def layer_sources(layer: TransformerLayer) -> Tensors:
    """What the operations read of a layer as it is now: six matrices, the biases of query, key and value, and the seven
    vectors of the rest."""
    projections = [layer.query, layer.key, layer.value]
    attended, fed = layer.attention_norm, layer.outer_norm
    vectors = [layer.attention_output.bias, attended.gamma, attended.beta, layer.inner.bias, layer.outer.bias]
    sources = [*matrices_of(layer), *(part.bias for part in projections), *vectors, fed.gamma, fed.beta]
    return tuple(tf.convert_to_tensor(source) for source in sources)


def _layer(call: _Call, states: tf.Tensor, *sources: tf.Tensor) -> tuple[tf.Tensor, object]:
    """Forward pass, and the backward pass over what it keeps.

    Args:
        call: The use of the layer.
        states: As of `native_layer`.
        sources: Six matrices, three biases of the projections, and the seven vectors of the rest.
    """
    operations, (seed, *seeds) = call.operations, call.dropout.seeds
    matrices, bias, vectors = sources[:6], tf.concat(sources[6:9], 0), sources[9:]
    packed = operations.bert_tf_pack_layer(*matrices, **call.of_packing, threads=operation_threads())
    forward, transposed = packed[::2], packed[1::2]
    projected, log_sums, context = operations.bert_tf_attention_forward(
        states, forward[0], bias, call.mask, seed, **call.of_attention
    )
    context.set_shape([None, states.shape[-1]])
    residual = first_rows(states, call.mask) if call.first_only else states
    normalized, reciprocals, inner, output, *outer = operations.bert_tf_rest_forward(
        context, residual, *forward[1:], *vectors, *seeds, **call.of_rest
    )

    def gradient(upstream: tf.Tensor) -> Tensors:
        kept = normalized, reciprocals, inner, *outer
        d_context, d_residual, *d_rest = operations.bert_tf_rest_backward(
            context, upstream, *transposed[1:], *vectors, *seeds, *kept, **call.of_rest
        )
        d_states, d_projections, d_bias = operations.bert_tf_attention_backward(
            d_context,
            d_residual,
            states,
            projected,
            log_sums,
            context,
            transposed[0],
            bias,
            call.mask,
            seed,
            **call.of_attention,
        )
        return d_states, *tf.split(d_projections, 3, 1), *d_rest[:3], *tf.split(d_bias, 3), *d_rest[3:]

    return output, gradient


def first_rows(states: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Of each example the first token's row, as `to_rows` has them. Its gradient is attention's to give.

    Args:
        states: [R, H] of `to_rows`.
        mask: [B, L].
    """
    return to_rows(to_examples(states, tf.shape(mask)[0], tf.shape(mask)[1])[:, :1])
