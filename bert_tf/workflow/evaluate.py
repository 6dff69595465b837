"""evaluation: the metrics of a run, and its answers to new texts."""

import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras as keras
from rich.console import Console

from bert_tf.batches.dataset import evaluation_batches
from bert_tf.batches.padding import padded_inputs
from bert_tf.errors import RunError
from bert_tf.evaluation.classification import classification_metrics
from bert_tf.evaluation.predict import Predictor
from bert_tf.evaluation.table import metrics_table
from bert_tf.runs import RunFolder
from bert_tf.text.loading import load_tokenizer
from bert_tf.training.precision import bfloat16_matmuls
from bert_tf.workflow.assemble import make_task, restore
from bert_tf.workflow.prepare import Prepared, Tokenizer, prepare

_BATCH_SIZE = 32


def evaluate_run(run: RunFolder, *, cache_folder: pathlib.Path, console: Console | None = None) -> dict[str, Any]:
    """Measure the best checkpoint of a run again and rewrite its metrics.json; returns the metrics by split.

    Raises:
        BertTfError: no epoch is done, the data is gone or is not what the run was trained on.
    """
    model, compute = restore(run, served=False)
    prepared = prepare(run.recipe, encoder_folder=run.encoder, cache_folder=cache_folder)
    check_same_data(run, prepared)
    with bfloat16_matmuls(compute.fused_dtype is None and compute.precision == "bfloat16"):
        metrics = measure(model, prepared, console=console or Console(quiet=True))
    run.write_metrics({**(run.metrics if run.is_measured else {}), **metrics})
    return metrics


def measure(model: keras.Model, prepared: Prepared, *, console: Console) -> dict[str, Any]:
    """Metrics of validation and test, as far as there are such rows; each is shown as a table."""
    metrics: dict[str, Any] = {}
    for split in ("validation", "test"):
        if split in prepared.examples:
            metrics[split] = classification_metrics(
                prepared.examples[split].labels,
                split_logits(model, prepared, split),
                label_names=prepared.splits.label_names,
                truncated=prepared.tokens[split].truncated,
            )
            console.print(metrics_table(split, metrics[split]))
    return metrics


def split_logits(model: keras.Model, prepared: Prepared, split: str) -> np.ndarray:
    """Logits of a split's rows, float32 [N, C]."""
    dataset, order = evaluation_batches(prepared.tokens[split], batch_size=_BATCH_SIZE)
    return Predictor(model)(dataset, order)


def predict_run(run: RunFolder, texts: Sequence[str], *, cache_folder: pathlib.Path) -> list[dict[str, Any]]:
    """The run's own answers in float32: `label`, `score` and `probabilities` by label for each text.

    Raises:
        RunError: no epoch is done, or the run is of pairs.
    """
    if run.recipe.data.text_pair:
        raise RunError("This run takes pairs of texts.", where=str(run.path), hint="export it and use bert_tf.load")
    tokenizer = load_tokenizer(run.encoder, cache_folder=cache_folder)
    outputs = own_answers(run, tokenizer, [text.encode() for text in texts], None)
    names = run.facts["label_names"]
    return [
        {
            "label": label.decode(),
            "score": float(score),
            "probabilities": dict(zip(names, map(float, probabilities), strict=True)),
        }
        for label, score, probabilities in zip(
            outputs["label"], outputs["score"], outputs["probabilities"], strict=True
        )
    ]


def own_answers(
    run: RunFolder, tokenizer: Tokenizer, texts: Sequence[bytes], pairs: Sequence[bytes] | None
) -> dict[str, np.ndarray]:
    """What the run itself says in float32 to each text (and its pair), one at a time; at least one: outputs by name."""
    task = make_task(run.recipe, run.facts["label_names"])
    model, _ = restore(run, served=True)
    batches = []
    for index, text in enumerate(texts):
        encoded = tokenizer.encode_batch(
            [text], None if pairs is None else [pairs[index]], max_tokens=run.recipe.text.max_tokens
        )
        row = padded_inputs(
            [encoded.ids], encoded.first_lengths, padded_length=len(encoded.ids), pad_id=tokenizer.pad_id
        )
        batches.append({name: tf.constant(value) for name, value in row.items()})
    logits = Predictor(model)(batches, np.arange(len(batches)))
    return {name: value.numpy() for name, value in task.decode(logits).items()}


def check_same_data(run: RunFolder, prepared: Prepared) -> None:
    """Raises RunError when a split is not the one that the run was trained on or measured by."""
    then = run.facts["data"]["fingerprints"]
    changed = [name for name, examples in prepared.examples.items() if examples.fingerprint != then.get(name)]
    if changed:
        raise RunError(
            f"The data has changed since the run was trained: {', '.join(changed)}.",
            where=f"{run.path}: data → {changed[0]}",
            hint="bring back the old files, or train again",
        )
