"""Whether the native operations of a layer compute what they should on this machine, in milliseconds."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

_BATCH, _LENGTH, _HEADS, _WIDTH = 2, 5, 2, 64
_TOKENS, _ROWS = _BATCH * _LENGTH, 32
# A dozen roundings to bfloat16, which has 8 bits, lie between the ends of a layer.
_FORWARD, _BACKWARD = 0.02, 0.05
# It shifts all scores of a row alike: its gradient is zero but for rounding.
_KEY_BIAS = 8
_SETTINGS = {"heads": _HEADS, "first_only": False}
_MASK = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], np.int32)


def fault_of_layer(operations: Any) -> str:
    """What is wrong with the operations, a part of a sentence; empty where all is well. Needs matrix tiles."""
    try:
        with tf.init_scope(), tf.device("CPU:0"):
            is_right = _is_right(operations) and _embeds(operations)
            return "" if is_right else "a layer's numbers are not those of its formulas"
    except (AttributeError, tf.errors.OpError) as problem:
        return str(problem).splitlines()[0]


def _is_right(operations: Any) -> bool:
    generator = np.random.default_rng(0)
    weights = [generator.normal(size=(_WIDTH, _WIDTH)) * _WIDTH**-0.5 for _ in range(6)]
    vectors = [generator.normal(size=_WIDTH) * 0.3 + (index in (4, 8)) for index in range(10)]
    states, upstream = (generator.normal(size=(_TOKENS, _WIDTH)) for _ in range(2))
    output, gradients = _native(operations, states, weights, vectors, upstream)
    inferred = _inferred(operations, states, weights, vectors)
    sources = [states, *weights, *vectors]
    expected = _layer(*_parts(sources))
    if any(np.linalg.norm(each - expected) > _FORWARD * np.linalg.norm(expected) for each in (output, inferred)):
        return False
    return all(
        _is_slope(functools.partial(_with, sources, index), gradient, upstream, sources[index])
        for index, gradient in enumerate(gradients)
        if index != _KEY_BIAS
    )


def _with(sources: list[Any], index: int, moved: Any) -> Any:
    return _layer(*_parts([*sources[:index], moved, *sources[index + 1 :]]))


def _is_slope(output: Callable[[Any], Any], gradient: Any, upstream: Any, source: Any) -> bool:
    """Whether what the gradients are of grows along one of them as it should."""
    length, step = np.linalg.norm(gradient), 1e-4
    ahead, behind = (np.vdot(output(source + sign * step * gradient / length), upstream) for sign in (1, -1))
    return bool(abs((ahead - behind) / (2 * step) - length) < _BACKWARD * length)


def _parts(sources: list[Any]) -> tuple[Any, list[Any], list[Any]]:
    return sources[0], sources[1:7], sources[7:]


def _native(operations: Any, states: Any, weights: Any, vectors: Any, upstream: Any) -> tuple[Any, list[Any]]:
    """Output and gradients of states, six matrices and ten vectors."""
    rows, back = _rows(states), _rows(upstream)
    seed, zero_rates = tf.zeros([], tf.uint32), {"epsilon": 1e-12}
    forward, transposed, bias, rest = _packed(operations, weights, vectors)
    projected, sums, context = operations.bert_tf_attention_forward(rows, forward[0], bias, _MASK, seed, **_SETTINGS)
    *kept, output, normalized, reciprocals = operations.bert_tf_rest_forward(
        context, rows, *forward[1:], *rest, seed, seed, **zero_rates
    )
    d_context, d_residual, *d_rest = operations.bert_tf_rest_backward(
        context, back, *transposed[1:], *rest, seed, seed, *kept, normalized, reciprocals, **zero_rates
    )
    d_rows, d_projections, d_bias = operations.bert_tf_attention_backward(
        d_context, d_residual, rows, projected, sums, context, transposed[0], bias, _MASK, seed, **_SETTINGS
    )
    found = [d_rows[:_TOKENS], *tf.split(d_projections, 3, 1), *d_rest[:3], *tf.split(d_bias, 3), *d_rest[3:]]
    return tf.cast(output[:_TOKENS], tf.float32).numpy(), [tf.cast(each, tf.float32).numpy() for each in found]


def _inferred(operations: Any, states: Any, weights: list[Any], vectors: list[Any]) -> Any:
    """The output, without what the backward pass needs."""
    forward, _, bias, rest = _packed(operations, weights, vectors)
    rows = _rows(states)
    context = operations.bert_tf_attention_inference(rows, forward[0], bias, _MASK, **_SETTINGS)
    output = operations.bert_tf_rest_inference(context, rows, *forward[1:], *rest, epsilon=1e-12)
    return tf.cast(output[:_TOKENS], tf.float32).numpy()


def _rows(tokens: Any) -> Any:
    return tf.cast(np.pad(tokens, [[0, _ROWS - _TOKENS], [0, 0]]), tf.bfloat16)


def _packed(operations: Any, weights: list[Any], vectors: list[Any]) -> tuple[list[Any], list[Any], Any, list[Any]]:
    """The matrices as tiles and their transposes, the projections' bias and the other vectors."""
    packed = operations.bert_tf_pack_layer(*(weight.astype("float32") for weight in weights))
    bias, rest = np.concatenate(vectors[:3]).astype("float32"), [part.astype("float32") for part in vectors[3:]]
    return packed[::2], packed[1::2], bias, rest


def _embeds(operations: Any) -> bool:
    """Whether embeddings and their gradients are their formula's."""
    generator, settings, seed = np.random.default_rng(1), {"epsilon": 1e-12}, tf.zeros([], tf.uint32)
    sources = [generator.normal(size=shape) for shape in ((*_MASK.shape, 50), (_LENGTH, 50), (2, 50), 50, 50)]
    places, upstream = generator.integers(0, 2, _MASK.shape, np.int32), generator.normal(size=(_TOKENS, 50))
    ids = np.arange(_TOKENS, dtype=np.int32).reshape(_MASK.shape)
    words, *tables = (source.astype("float32") for source in sources)
    inferred = operations.bert_tf_embed(ids, places, words.reshape(_TOKENS, 50), *tables, **settings)
    rows, *kept = operations.bert_tf_embed_forward(words, places, *tables, seed, **settings)
    gradients = operations.bert_tf_embed_backward(words, places, *tables[:-1], seed, *kept, _rows(upstream), **settings)
    expected = _rows(_embedded(places, sources))
    if not all(np.allclose(_float32(found), _float32(expected), rtol=0.01, atol=0.01) for found in (inferred, rows)):
        return False
    return all(
        _is_slope(functools.partial(_embedded_with, places, sources, index), gradient.numpy(), upstream, sources[index])
        for index, gradient in enumerate(gradients)
    )


def _embedded_with(places: Any, sources: list[Any], index: int, moved: Any) -> Any:
    return _embedded(places, [*sources[:index], moved, *sources[index + 1 :]])


def _embedded(places: Any, sources: list[Any]) -> Any:
    words, positions, segments, gamma, beta = sources
    return (_normalized(words + positions + segments[places]) * gamma + beta).reshape(_TOKENS, -1)


def _float32(tensor: Any) -> Any:
    return np.asarray(tf.cast(tensor, tf.float32))


def _layer(states: Any, weights: Any, vectors: Any) -> Any:
    """The encoder layer of Vaswani et al. 2017, from its formulas."""
    query, key, value = (
        (states @ weight + bias).reshape(_BATCH, _LENGTH, _HEADS, -1)
        for weight, bias in zip(weights[:3], vectors[:3], strict=True)
    )
    scores = np.einsum("bqnd,bknd->bnqk", query, key) * (_WIDTH // _HEADS) ** -0.5
    exponentials = np.exp(scores) * _MASK[:, None, None]
    probabilities = exponentials / exponentials.sum(-1, keepdims=True)
    context = np.einsum("bnqk,bknd->bqnd", probabilities, value).reshape(_TOKENS, _WIDTH)
    output, gamma, beta, inner, outer, outer_gamma, outer_beta = vectors[3:]
    attended = _normalized(context @ weights[3] + output + states) * gamma + beta
    activated = _gelu(attended @ weights[4] + inner)
    return _normalized(activated @ weights[5] + outer + attended) * outer_gamma + outer_beta


def _gelu(x: Any) -> Any:
    return x * tf.math.erfc(-x / np.sqrt(2.0)).numpy() / 2.0


def _normalized(x: Any) -> Any:
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
