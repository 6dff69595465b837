"""What a run shows in TensorBoard at its start and at its end; `train` shows the rest as it goes."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from bert_tf.evaluation.compute_outputs import Predictor
from bert_tf.evaluation.predictions import read_predictions
from bert_tf.models.frozen.frozen_model import InferenceGraph
from bert_tf.models.task_network import Outputs
from bert_tf.models.text_model import Inputs, TextModel
from bert_tf.recipe.schema import WITHOUT_EFFECT, Recipe
from bert_tf.runs.run import RunFolder
from bert_tf.runs.run_metrics import SPLITS
from bert_tf.tasks.task import Task
from bert_tf.training.tensorboard.event_writers import Writers
from bert_tf.training.tensorboard.hparams import Value, write_hparams, write_results
from bert_tf.training.tensorboard.model_graph import write_graph
from bert_tf.training.tensorboard.projector import write_embeddings
from bert_tf.workflow.prepare import Prepared

_TUNED = ("text", "model", "training")  # and the task's own table
EMBEDDED = 500  # texts: the projector moves them in a browser
_ROWS = 32  # texts of a batch


def show_start(writers: Writers, run: RunFolder, recipe: Recipe, task: Task) -> None:
    """What the run was set to."""
    write_hparams(writers.run, tuned_values(recipe), name=run.path.name, measures=task.followed)


def tuned_values(recipe: Recipe) -> dict[str, Value | None]:
    """The keys that runs are told apart by, with their values; None for those that are left out."""
    found: dict[str, Value | None] = {"recipe": recipe.name, "data.train": recipe.data.train}
    for section in (*_TUNED, recipe.task):
        for key, value in getattr(recipe, section).model_dump().items():
            if f"{section}.{key}" not in WITHOUT_EFFECT:
                found[f"{section}.{key}"] = json.dumps(value) if isinstance(value, dict | tuple) else value
    return found


def show_end(
    writers: Writers,
    run: RunFolder,
    *,
    model: TextModel,
    measured: InferenceGraph,
    prepared: Prepared,
    metrics: Mapping[str, Any],
    training_seconds: float,
) -> None:
    """The model's graph, the vectors of some texts and the final scores.

    Args:
        writers: Of the run.
        run: With the predictions of the measured splits.
        model: Of the best checkpoint.
        measured: Of the same model.
        prepared: The data.
        metrics: By split.
        training_seconds: Of all epochs.
    """
    write_graph(writers.run, lambda inputs: _reference_outputs(model, inputs))
    split = next((name for name in SPLITS if name in metrics), None)
    if split:
        _show_embeddings(run, measured, prepared, split)
    write_results(writers.run, metrics, measures=prepared.task.followed, training_seconds=training_seconds)


def _reference_outputs(model: TextModel, inputs: Inputs) -> Outputs:
    """What the model computes, in the reference graph: the other graphs have the numbers and not the parts' names."""
    hidden = model.encoder(inputs, training=False)
    return model.read_out(hidden, inputs["attention_mask"], training=False)


def _show_embeddings(run: RunFolder, measured: InferenceGraph, prepared: Prepared, split: str) -> None:
    task = prepared.task
    tokens, predictions = prepared.tokens[split], read_predictions(run.predictions(split), task.columns())
    drawn = np.random.default_rng(0).permutation(len(tokens))[:EMBEDDED]
    # Like lengths together, for little padding.
    rows = drawn[np.argsort(tokens.lengths[drawn], kind="stable")]
    parts = [rows[start : start + _ROWS] for start in range(0, len(rows), _ROWS)]
    batches = (tokens.rows(part, padded_length=int(tokens.lengths[part].max())) for part in parts)
    predict = Predictor(lambda inputs: {"pooled": measured.pooled(inputs)})
    vectors = predict(batches, np.arange(len(rows)))["pooled"]
    columns = task.dashboard().columns(predictions.answers, rows)
    columns["text"] = [predictions.text(int(row)) for row in rows]
    write_embeddings(run.tensorboard, vectors, columns=columns, name=f"pooled vectors of {split}")
