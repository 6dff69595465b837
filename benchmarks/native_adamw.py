"""The optimizer's step by native operations beside the one that XLA compiles, taking turns.

    python -m benchmarks.native_adamw [--words 2322] [--rounds 30] [--batch 32 --length 16]

First AdamW alone, over MiniLM's variables, with gradients that the same graph makes anew as a backward pass does; what
making them takes is a row of its own. Then the product's training step of one batch. Median wall and CPU milliseconds,
and the ratio of CPU times of turns that follow each other. Without `--words` AdamW works on all of the vocabulary.
"""

import argparse
import itertools
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from rich.console import Console
from rich.table import Table

from benchmarks.contestants.inputs import ids_in_use
from benchmarks.contestants.own_model import own_model
from benchmarks.contestants.own_steps import prepare
from bert_tf.environment import keep_compiled_kernels
from bert_tf.models.encoder_sources import locate_encoder
from bert_tf.models.encoders.transformer_encoder import transformer_of
from bert_tf.models.kernels.adamw import dense_form, gradient_norm
from bert_tf.models.kernels.rows_in_use import RowsInUse
from bert_tf.native.library import native_library
from bert_tf.training.optimizer import adamw

_WARMUP, _STEPS = 3, 3
Work = Callable[[int], Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--length", type=int, default=16)
    wanted = parser.parse_args()
    if native_library().operations is None:
        raise SystemExit(f"There are no native operations here: {native_library().missing}.")
    keep_compiled_kernels()
    options = {
        "kind": "train",
        "kernels": "fused",
        "precision": "bfloat16",
        "length": wanted.length,
        "batch": wanted.batch,
        "encoder": str(locate_encoder("minilm-l6").folder),
        **({"words": wanted.words} if wanted.words else {}),
    }
    alone = {kind: _optimizer(options, kind) for kind in ("gradients only", "compiled", "native")}
    whole = {kind: prepare({**options, "optimizer": kind}) for kind in ("compiled", "native")}
    for title, works in (("AdamW alone", alone), (f"step of {wanted.batch} × {wanted.length}", whole)):
        table = Table(title, "ms", "CPU ms", "CPU, compiled over it")
        found = _in_turns(works, wanted.rounds)
        for kind, turns in found.items():
            wall, cpu = (1000 * statistics.median(turn[part] for turn in turns) for part in (0, 1))
            pairs = zip(found["compiled"], turns, strict=True)
            ratio = statistics.median(compiled[1] / turn[1] for compiled, turn in pairs)
            table.add_row(kind, f"{wall:.1f}", f"{cpu:.1f}", f"{ratio:.2f}")
        Console().print(table)


def _in_turns(works: dict[str, Work], rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Seconds and CPU seconds of a step, one of each turn."""
    for work in works.values():
        work(_WARMUP)
    found: dict[str, list[tuple[float, float]]] = {kind: [] for kind in works}
    for _ in range(rounds):
        for kind, work in works.items():
            wall, cpu = time.perf_counter(), time.process_time()
            work(_STEPS)
            found[kind].append(((time.perf_counter() - wall) / _STEPS, (time.process_time() - cpu) / _STEPS))
    return found


def _optimizer(options: dict[str, Any], kind: str) -> Work:
    """Steps of AdamW on gradients of a model's size."""
    model = own_model(options)
    variables = model.trainable_variables
    table = transformer_of(model.encoder).embeddings.words
    native = native_library() if kind == "native" else None
    optimizer = adamw(
        learning_rate=2e-5, schedule="constant", warmup=0.0, total_steps=1000, weight_decay=0.01, clip_norm=1.0,
        native=native,
    )  # fmt: skip
    if "words" in options:
        optimizer.rows = RowsInUse(table, ids_in_use(options))
    optimizer.build(variables)
    tokens = np.random.default_rng(0).choice(ids_in_use(options) if "words" in options else table.shape[0], 512)
    numbers = map(float, itertools.count())
    of_tokens = tf.random.normal([len(tokens), table.shape[1]])

    def gradient(variable: tf.Variable, scale: tf.Tensor) -> tf.Tensor:
        if variable is not table:
            # Of each its own number: TensorFlow would make equal ones once.
            return tf.fill(variable.shape, scale + next(numbers))
        slices = tf.IndexedSlices(of_tokens * scale, tf.constant(tokens), tf.constant(tuple(table.shape)))
        return dense_form(optimizer)(optimizer.rows.gradient(slices) if optimizer.rows else slices)

    @tf.function
    def step(scale: tf.Tensor) -> tf.Tensor:
        gradients = [gradient(variable, scale) for variable in variables]
        if kind == "gradients only":
            return tf.add_n([tf.reshape(made, [-1])[0] for made in gradients])
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return gradient_norm(optimizer, gradients)

    return lambda count: [float(step(tf.constant(1e-3))) for _ in range(count)]


if __name__ == "__main__":
    main()
