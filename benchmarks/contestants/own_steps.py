"""bert_tf on a batch of fixed shape: the model, the optimizer and the training step of the product."""

from typing import Any

import numpy as np
import tensorflow as tf

from benchmarks.contestants.inputs import ids_in_use, probabilities, random_ids, random_labels
from benchmarks.contestants.own_model import own_graph, own_model
from benchmarks.worker import Work, serve
from bert_tf.evaluation.compute_outputs import Predictor
from bert_tf.models.encoders.transformer_encoder import transformer_of
from bert_tf.models.kernels.rows_in_use import RowsInUse
from bert_tf.native.library import native_library
from bert_tf.training.fit import compile_model
from bert_tf.training.optimizer import adamw


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder), kind (train or infer), batch, length, kernels, precision, words, optimizer (compiled
    or native; where it isn't told, native if it loads, as in the product), keeps_packed (false: native layers pack
    their weights in each step), together (training steps in one call of the graph; 1 where it isn't told).

    Words are those that any training text has; where they aren't told, training takes them for all of the vocabulary.
    """
    return _train(options) if options["kind"] == "train" else _infer(options)


def _train(options: dict[str, Any]) -> Work:
    model = own_model(options)
    if model._fused is not None and not options.get("keeps_packed", True):
        model._fused.packed = None
    optimizer = adamw(
        learning_rate=2e-5, schedule="constant", warmup=0.0, total_steps=1000, weight_decay=0.01, clip_norm=1.0,
        native=None if options.get("optimizer") == "compiled" else native_library(),
    )  # fmt: skip
    rows = None
    if "words" in options:
        rows = RowsInUse(transformer_of(model.encoder).embeddings.words, ids_in_use(options))
    compile_model(model, optimizer=optimizer, rows_in_use=rows)
    texts = 2 if options.get("task") == "embed" else 1  # of an example
    inputs = random_ids({**options, "batch": texts * options["batch"]})
    batch = (inputs, random_labels(options), np.ones(options["batch"], np.float32))
    batches = iter(tf.data.Dataset.from_tensors(batch).repeat().with_options(_without_autotune()))
    together = options.get("together", 1)

    def steps(iterator: Any) -> tf.Tensor:
        def step(done: tf.Tensor, _: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            return done + 1, model.train_step(next(iterator))["step_loss"]

        if together == 1:
            return step(0, 0.0)[1]
        return tf.while_loop(lambda done, _: done < together, step, (0, tf.zeros([])), parallel_iterations=1)[1]

    call = tf.function(steps, autograph=False)
    return lambda count: [float(call(batches)) for _ in range(count // together)][-1]


def _without_autotune() -> tf.data.Options:
    """As the product's batches: the loop that tunes wakes up in the middle of steps."""
    options = tf.data.Options()
    options.autotune.enabled = False
    return options


def _infer(options: dict[str, Any]) -> Work:
    predict = Predictor(own_graph(options).outputs)
    batch = {name: tf.constant(value) for name, value in random_ids(options).items()}

    def work(count: int) -> list[list[float]]:
        logits = predict([batch] * count, np.arange(count * options["batch"]))["logits"]
        return probabilities(logits[: options["batch"]])

    return work


if __name__ == "__main__":
    serve(prepare)
