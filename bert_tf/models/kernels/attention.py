"""Self-attention between its two projections: split into heads, softmax with mask, dropout, join."""

import tensorflow as tf

from bert_tf.models.kernels.dropout import keep_mask
from bert_tf.models.kernels.graph_gradients import custom_gradient
from bert_tf.models.kernels.matmul import sum_over_tokens
from bert_tf.models.kernels.xla import kernel

# The addend of a masked score, the reference graph's own: e^-10000 is 0 in every float format.
_MASKED = -10000.0


def _to_heads(tokens: tf.Tensor, heads: int) -> tf.Tensor:
    """[B, L, N·D] to [B, N, L, D]."""
    shape = tf.shape(tokens)
    split = tf.reshape(tokens, [shape[0], shape[1], heads, tokens.shape[-1] // heads])
    return tf.transpose(split, [0, 2, 1, 3])


def _to_tokens(per_head: tf.Tensor) -> tf.Tensor:
    """[B, N, L, D] to [B, L, N·D]."""
    shape = tf.shape(per_head)
    width = per_head.shape[1] * per_head.shape[3]
    return tf.reshape(tf.transpose(per_head, [0, 2, 1, 3]), [shape[0], shape[2], width])


@kernel
def _split(
    projected: tf.Tensor, bias: tf.Tensor, attention_mask: tf.Tensor, heads: int, rate: float, first_only: bool
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Query [B, N, L, D + 1], key [B, N, L, D + 1] and value [B, N, L, D], biased and scaled.

    The extra column holds 1 in the query and the mask's addend in the key, so that their product is the masked score:
    the matmul takes no longer for it, where an addition of its own reads and writes [B, N, L, L] once more.
    """
    query, key, value = (_to_heads(part, heads) for part in tf.split(tf.cast(projected, tf.float32) + bias, 3, axis=-1))
    head_width = query.shape[-1]
    query = (query[:, :, :1] if first_only else query) * head_width**-0.5
    addend = (1.0 - tf.cast(attention_mask, tf.float32)) * _MASKED
    extra = [[0, 0], [0, 0], [0, 0], [0, 1]]
    in_extra = tf.range(head_width + 1) == head_width
    query = tf.pad(query, extra, constant_values=1.0)
    key = tf.where(in_extra, addend[:, tf.newaxis, :, tf.newaxis], tf.pad(key, extra))
    value *= 1.0 / (1.0 - rate)
    return tuple(tf.cast(part, projected.dtype) for part in (query, key, value))


@kernel
def _join(d_query: tf.Tensor, d_key: tf.Tensor, d_value: tf.Tensor, rate: float) -> tuple[tf.Tensor, ...]:
    """Gradients of `_split`'s results to those of its three parts, each [B, L, H].

    They are put side by side outside: in XLA a concatenation decides element by element where to read.
    """
    head_width = d_value.shape[-1]
    scaled = (
        tf.cast(d_query[..., :head_width], tf.float32) * head_width**-0.5,
        d_key[..., :head_width],
        tf.cast(d_value, tf.float32) * (1.0 / (1.0 - rate)),
    )
    missing = tf.shape(d_key)[2] - tf.shape(d_query)[2]
    d_query, d_key, d_value = (_to_tokens(tf.cast(part, d_value.dtype)) for part in scaled)
    return tf.pad(d_query, [[0, 0], [0, missing], [0, 0]]), d_key, d_value


@kernel
def _dropped(probabilities: tf.Tensor, seed: tf.Tensor, rate: float) -> tf.Tensor:
    """Probabilities with a share of them zeroed; the values were scaled up instead of the others.

    The choice is made on the bits: XLA would convert 16-bit floats to float32 and back for it.
    """
    bits = tf.bitcast(probabilities, tf.uint16 if probabilities.dtype.size == 2 else tf.uint32)
    kept = keep_mask(tf.shape(probabilities), seed, rate)
    return tf.bitcast(tf.where(kept, bits, tf.zeros([], bits.dtype)), probabilities.dtype)


@kernel
def _softmax_backward(
    probabilities: tf.Tensor,
    d_dropped: tf.Tensor,
    upstream: tf.Tensor,
    context: tf.Tensor,
    seed: tf.Tensor,
    rate: float,
) -> tf.Tensor:
    # Σ_j dP·P over the keys equals Σ_d dO·O over the head's width (Dao et al., FlashAttention, 2022): a shorter sum.
    total = tf.reduce_sum(tf.cast(upstream, tf.float32) * tf.cast(context, tf.float32), -1, keepdims=True)
    d_probabilities = tf.cast(d_dropped, tf.float32)
    if rate:
        d_probabilities = tf.where(keep_mask(tf.shape(d_dropped), seed, rate), d_probabilities, 0.0)
    return tf.cast(tf.cast(probabilities, tf.float32) * (d_probabilities - total), probabilities.dtype)


@kernel
def _sum_over_rows(d_scores: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(tf.cast(d_scores, tf.float32), 0)


def attention(
    projected: tf.Tensor,
    bias: tf.Tensor,
    attention_mask: tf.Tensor,
    *,
    seed: tf.Tensor,
    rate: float,
    heads: int,
    first_only: bool,
    position_bias: tf.Tensor | None = None,
) -> tf.Tensor:
    """Scaled dot-product attention (Vaswani et al., 2017) of query, key and value projections that lie side by side.

    Args:
        projected: [B, L, 3H] float32, bfloat16 or float16: query, key, value, without bias.
        bias: [3H] float32.
        attention_mask: [B, L], 1 for tokens and 0 for padding.
        seed: Scalar uint32. The mask of dropped probabilities is a function of it alone.
        rate: Share of the probabilities that is dropped; 0 for inference.
        heads: Number of heads N; H is a multiple of it.
        first_only: Only the first token asks; all tokens answer.
        position_bias: Added to the scores of every row, float32 [N, L, L], queries by keys; None for nothing.

    Returns:
        [B, L, H], or [B, 1, H] with `first_only`, in the dtype of `projected`.
    """

    @custom_gradient
    def apply(projected: tf.Tensor, bias: tf.Tensor, *added: tf.Tensor) -> tuple[tf.Tensor, object]:
        query, key, value = _split(projected, bias, attention_mask, heads, rate, first_only)
        scores = tf.matmul(query, key, transpose_b=True)
        for addend in added:
            scores += tf.cast(addend, scores.dtype)
        probabilities = tf.nn.softmax(scores)
        dropped = _dropped(probabilities, seed, rate) if rate else probabilities
        context = tf.matmul(dropped, value)

        def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
            upstream = _to_heads(upstream, heads)
            d_value = tf.matmul(dropped, upstream, transpose_a=True)
            d_dropped = tf.matmul(upstream, value, transpose_b=True)
            d_scores = _softmax_backward(probabilities, d_dropped, upstream, context, seed, rate)
            d_query, d_key = tf.matmul(d_scores, key), tf.matmul(d_scores, query, transpose_a=True)
            d_projected = tf.concat(_join(d_query, d_key, d_value, rate), axis=-1)
            return d_projected, sum_over_tokens(d_projected), *(_sum_over_rows(d_scores) for _ in added)

        return _to_tokens(context), gradient

    if position_bias is None:
        return apply(projected, bias)
    return apply(projected, bias, position_bias[:, :1] if first_only else position_bias)
