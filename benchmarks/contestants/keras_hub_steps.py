"""KerasHub's BertTextClassifier on a batch of fixed shape, on JAX, the faster of its backends here."""

from typing import Any

import keras
import keras_hub
import numpy as np

from benchmarks.contestants.inputs import head_weights, probabilities, random_ids, random_labels
from benchmarks.worker import Work, serve


def prepare(options: dict[str, Any]) -> Work:
    """Options: encoder (a folder, which KerasHub converts), kind (train or infer), batch, length, precision."""
    keras.config.set_dtype_policy({"bfloat16": "mixed_bfloat16", "float32": "float32"}[options["precision"]])
    backbone = keras_hub.models.BertBackbone.from_preset(options["encoder"])
    model = keras_hub.models.BertTextClassifier(backbone=backbone, num_classes=2, preprocessor=None, dropout=0.1)
    model.get_layer("logits").set_weights(head_weights(options))
    ids = random_ids(options)
    batch = {
        "token_ids": ids["input_ids"],
        "padding_mask": ids["attention_mask"],
        "segment_ids": ids["token_type_ids"],
    }
    return _train(model, batch, options) if options["kind"] == "train" else _infer(model, batch, options)


def _train(model: Any, batch: dict[str, np.ndarray], options: dict[str, Any]) -> Work:
    model.compile(
        optimizer=keras.optimizers.AdamW(2e-5, weight_decay=0.01, epsilon=1e-8, global_clipnorm=1.0),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=True,
    )
    labels = random_labels(options)

    def work(count: int) -> float:
        steps = {name: np.tile(value, (count, 1)) for name, value in batch.items()}
        fitted = model.fit(steps, np.tile(labels, count), batch_size=len(labels), shuffle=False, verbose=0)
        return float(fitted.history["loss"][-1])

    return work


def _infer(model: Any, batch: dict[str, np.ndarray], options: dict[str, Any]) -> Work:
    def work(count: int) -> list[list[float]]:
        steps = {name: np.tile(value, (count, 1)) for name, value in batch.items()}
        logits = model.predict(steps, batch_size=options["batch"], verbose=0)
        return probabilities(logits[: options["batch"]])

    return work


if __name__ == "__main__":
    serve(prepare)
