"""Each piece of the fast path beside the plain way to do the same: why it is there.

    python -m benchmarks.pieces [--rounds 30]

Times are medians of turns in one process, in milliseconds of wall and of CPU, forward and backward together where
there is a backward pass. Tokens stand as 32 rows of 128 with the widths of MiniLM.
"""

import argparse
import functools
import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf
import tf_keras as keras
from rich.console import Console
from rich.table import Table

from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.encoders.tf_bert import TFBertModel
from bert_tf.models.frozen import frozen_encoder as frozen
from bert_tf.models.frozen.weights import Dense, Norm
from bert_tf.models.kernels.adamw import FusedAdamW
from bert_tf.models.kernels.attention import attention
from bert_tf.models.kernels.dropout import dropout
from bert_tf.models.kernels.feed_forward import bias_gelu
from bert_tf.models.kernels.matmul import mean_of_rows
from bert_tf.models.kernels.normalization import add_norm
from bert_tf.models.kernels.rows_in_use import RowsInUse

_ROWS, _LENGTH, _HEADS, _WIDTH, _INNER = 32, 128, 12, 384, 1536
_WORDS = 30_522
_RATE = 0.1
_SEED = tf.constant(7, tf.uint32)
_WARMUP = 3

Piece = Callable[[], tf.Tensor]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    table = Table("", "this way", "ms", "CPU ms", "plain way", "ms", "CPU ms", "ratio")
    for name, (way, piece), (plain_way, plain) in pieces():
        ours, theirs = _interleaved([piece, plain], rounds)
        cells = [way, *(f"{value:.2f}" for value in ours), plain_way, *(f"{value:.2f}" for value in theirs)]
        table.add_row(name, *cells, f"{theirs[0] / ours[0]:.2f}×")
    Console().print(table)


def pieces() -> Iterator[tuple[str, tuple[str, Piece], tuple[str, Piece]]]:
    """Name, and the two ways with what they are called."""
    yield "bias, GELU", ("one kernel", _trained(bias_gelu, _INNER, [_INNER])), ("operations", _gelu_plain())
    yield "dropout, sum, LayerNorm", ("one kernel", _add_norm()), ("operations", _add_norm_plain())
    yield "attention", ("mask in the matmul", _attention()), ("mask added", _attention_plain())
    yield "dropout", ("counter hash", _compiled(_hashed)), ("tf.nn.dropout", _traced(_dropped))
    yield "mean of a row", ("by a matmul", _compiled(mean_of_rows)), ("by a reduction", _compiled(_reduced))
    yield "weight gradient", ("transposed first", _gradient(first=True)), ("transpose_a", _gradient(first=False))
    yield "AdamW and clipping", ("one pass", _optimizer(FusedAdamW)), ("Keras", _optimizer(keras.optimizers.AdamW))
    for count in (2_322, _WORDS // 2):
        yield f"AdamW, {count:,} words", ("rows in use", _table(count)), ("all rows", _table(None))
    yield "inference: dense, GELU", ("constants", _dense(constant=True)), ("variables", _dense(constant=False))
    yield "inference: LayerNorm", ("form that fuses", _norm(axis=1)), ("the same on axis -1", _norm(axis=-1))
    yield "inference: masked scores", ("mask in the key", _scores(in_key=True)), ("mask added", _scores(in_key=False))
    yield "inference: an encoder", ("in slices", _encoder(sliced=True)), ("the whole batch", _encoder(sliced=False))


def _interleaved(functions: list[Piece], rounds: int) -> list[tuple[float, float]]:
    """Median wall and CPU milliseconds of each."""
    found: list[list[tuple[float, float]]] = [[] for _ in functions]
    for turn in range(_WARMUP + rounds):
        for function, times in zip(functions, found, strict=True):
            wall, cpu = time.perf_counter(), time.process_time()
            # Reading one number waits for all of them.
            function().numpy()
            if turn >= _WARMUP:
                times.append((time.perf_counter() - wall, time.process_time() - cpu))
    return [
        (1000 * statistics.median(wall), 1000 * statistics.median(cpu))
        for wall, cpu in (zip(*t, strict=True) for t in found)
    ]


def _random(*shape: int, dtype: tf.DType = tf.bfloat16) -> tf.Tensor:
    return tf.cast(tf.random.normal(shape, stddev=0.05), dtype)


def _tokens(width: int = _WIDTH) -> tf.Tensor:
    return _random(_ROWS, _LENGTH, width)


def _probe(value: tf.Tensor) -> tf.Tensor:
    return tf.reshape(value, [-1])[0]


def _traced(function: Callable[[tf.Tensor], tf.Tensor]) -> Piece:
    values = _tokens()
    traced = tf.function(function)
    return lambda: _probe(traced(values))


def _compiled(function: Callable[[tf.Tensor], tf.Tensor]) -> Piece:
    values = tf.cast(_tokens(), tf.float32)
    compiled = tf.function(function, jit_compile=True)
    return lambda: _probe(compiled(values))


def _trained(function: Callable[..., tf.Tensor], width: int, *shapes: list[int]) -> Piece:
    """Forward and backward, from tokens [B, L, width] and float32 weights of the given shapes."""
    tokens, weights = _tokens(width), [_random(*shape, dtype=tf.float32) for shape in shapes]

    @tf.function
    def step(tokens: tf.Tensor, *weights: tf.Tensor) -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch([tokens, *weights])
            outputs = function(tokens, *weights)
        return tape.gradient(outputs, [tokens, *weights])

    return lambda: _probe(step(tokens, *weights)[0])


def _gelu_plain() -> Piece:
    def plain(tokens: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
        return tf.cast(tf.nn.gelu(tf.cast(tokens, tf.float32) + bias, approximate=False), tokens.dtype)

    return _trained(plain, _INNER, [_INNER])


def _add_norm() -> Piece:
    residual = _tokens()

    def fused(tokens: tf.Tensor, bias: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) -> list[tf.Tensor]:
        return list(add_norm(tokens, bias, residual, gamma, beta, seed=_SEED, rate=_RATE, epsilon=1e-12))

    return _trained(fused, _WIDTH, [_WIDTH], [_WIDTH], [_WIDTH])


def _add_norm_plain() -> Piece:
    residual, norm = _tokens(), keras.layers.LayerNormalization(epsilon=1e-12)

    def plain(tokens: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
        kept = tf.nn.dropout(tf.cast(tokens, tf.float32) + bias, _RATE)
        return tf.cast(norm(kept + tf.cast(residual, tf.float32)), tokens.dtype)

    return _trained(plain, _WIDTH, [_WIDTH])


def _attention() -> Piece:
    mask = tf.ones([_ROWS, _LENGTH], tf.int32)

    def fused(projected: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
        return attention(projected, bias, mask, seed=_SEED, rate=_RATE, heads=_HEADS, first_only=False)

    return _trained(fused, 3 * _WIDTH, [3 * _WIDTH])


def _attention_plain() -> Piece:
    addend = tf.zeros([_ROWS, 1, 1, _LENGTH])

    def plain(projected: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
        biased = tf.cast(tf.cast(projected, tf.float32) + bias, tf.bfloat16)
        split = tf.reshape(biased, [_ROWS, _LENGTH, 3, _HEADS, _WIDTH // _HEADS])
        query, key, value = tf.unstack(tf.transpose(split, [2, 0, 3, 1, 4]))
        scores = tf.cast(tf.matmul(query, key, transpose_b=True), tf.float32) * (_WIDTH // _HEADS) ** -0.5
        kept = tf.nn.dropout(tf.nn.softmax(scores + addend), _RATE)
        context = tf.matmul(tf.cast(kept, tf.bfloat16), value)
        return tf.reshape(tf.transpose(context, [0, 2, 1, 3]), [_ROWS, _LENGTH, _WIDTH])

    return _trained(plain, 3 * _WIDTH, [3 * _WIDTH])


def _hashed(values: tf.Tensor) -> tf.Tensor:
    return dropout(values, _SEED, _RATE)


def _dropped(values: tf.Tensor) -> tf.Tensor:
    return tf.nn.dropout(tf.cast(values, tf.float32), _RATE)


def _reduced(values: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(values, -1, keepdims=True)


def _gradient(*, first: bool) -> Piece:
    inputs, upstream = _random(_ROWS * _LENGTH, _INNER), _random(_ROWS * _LENGTH, _WIDTH)

    @tf.function
    def multiply(left: tf.Tensor, right: tf.Tensor) -> tf.Tensor:
        return tf.matmul(tf.transpose(left), right) if first else tf.matmul(left, right, transpose_a=True)

    return lambda: _probe(multiply(inputs, upstream))


def _optimizer(kind: type[keras.optimizers.Optimizer]) -> Piece:
    shapes = [[_WORDS, _WIDTH], *[[_WIDTH, _INNER]] * 18]
    variables = [tf.Variable(_random(*shape, dtype=tf.float32)) for shape in shapes]
    gradients = [_random(*shape, dtype=tf.float32) for shape in shapes]
    optimizer = kind(learning_rate=1e-5, weight_decay=0.01, global_clipnorm=1.0)
    optimizer.build(variables)
    step = tf.function(lambda: optimizer.apply_gradients(zip(gradients, variables, strict=True)))
    return lambda: step()


def _table(count: int | None) -> Piece:
    """A step on word embeddings of which a batch of 32 rows of 16 tokens has a gradient."""
    table = tf.Variable(_random(_WORDS, _WIDTH, dtype=tf.float32))
    read = np.random.default_rng(0).choice(_WORDS if count is None else count, 512)
    gradient = tf.IndexedSlices(_random(512, _WIDTH, dtype=tf.float32), tf.constant(read), tf.constant(table.shape))
    optimizer = FusedAdamW(learning_rate=1e-5, weight_decay=0.01, global_clipnorm=1.0)
    optimizer.rows = None if count is None else RowsInUse(table, np.arange(count))
    optimizer.build([table])
    step = tf.function(lambda: optimizer.apply_gradients([(gradient, table)]))
    return lambda: step()


def _dense(*, constant: bool) -> Piece:
    weights = Dense(_random(_WIDTH, _INNER).numpy(), _random(_INNER).numpy())
    kernel, bias = tf.Variable(weights.kernel), tf.Variable(weights.bias)
    rows = tf.reshape(_tokens(), [-1, _WIDTH])

    @tf.function
    def infer(rows: tf.Tensor) -> tf.Tensor:
        dense = frozen._dense(rows, weights) if constant else tf.nn.bias_add(tf.matmul(rows, kernel), bias)
        return tf.nn.gelu(dense, approximate=False)

    return lambda: _probe(infer(rows))


def _norm(*, axis: int) -> Piece:
    norm = Norm(_random(_WIDTH).numpy(), _random(_WIDTH).numpy())
    rows = tf.reshape(_tokens(), [-1, _WIDTH])

    @tf.function
    def plain(rows: tf.Tensor) -> tf.Tensor:
        mean, variance = tf.nn.moments(rows, [axis], keepdims=True)
        return tf.nn.batch_normalization(rows, mean, variance, norm.beta, norm.gamma, 1e-3)

    infer = tf.function(lambda rows: frozen._layer_norm(rows, norm)) if axis == 1 else plain
    return lambda: _probe(infer(rows))


def _scores(*, in_key: bool) -> Piece:
    depth = _WIDTH // _HEADS + in_key
    query, key = _random(_ROWS, _HEADS, _LENGTH, depth), _random(_ROWS, _HEADS, _LENGTH, depth)
    addend = _random(_ROWS, _LENGTH)
    extra = tf.constant(np.eye(depth)[-1], tf.bfloat16)

    @tf.function
    def infer(query: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
        if in_key:
            return tf.matmul(query, key + addend[:, tf.newaxis, :, tf.newaxis] * extra, transpose_b=True)
        return tf.matmul(query, key, transpose_b=True) + addend[:, tf.newaxis, tf.newaxis]

    return lambda: _probe(infer(query, key))


def _encoder(*, sliced: bool) -> Piece:
    model = TFBertModel(EncoderConfig(hidden_size=_WIDTH, layers=6, heads=_HEADS, inner_size=_INNER))
    ids = tf.fill([_ROWS, _LENGTH], 7)
    # TensorFlow leaves out biases of 0, and then fuses nothing with the matmul.
    model.set_weights([_random(*weight.shape, dtype=tf.float32).numpy() for weight in model.weights])
    encoder = frozen.FrozenEncoder(model, compute_dtype=tf.bfloat16)
    states = encoder if sliced else functools.partial(encoder._states, score_bias=None)

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32)])
    def infer(ids: tf.Tensor) -> tf.Tensor:
        return states(ids, tf.ones_like(ids), tf.zeros_like(ids), first_token_only=False)

    return lambda: _probe(infer(ids))


if __name__ == "__main__":
    main()
