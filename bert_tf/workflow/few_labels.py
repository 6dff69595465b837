"""Few labels: the encoder learns which texts belong together, and the head begins where its vectors put it."""

import time
from typing import Any

import numpy as np
from rich.console import Console

from bert_tf.batches.dataset import evaluation_batches
from bert_tf.batches.labelled_batches import LabelledBatches
from bert_tf.evaluation.compute_outputs import Predictor
from bert_tf.evaluation.intervals import share_interval
from bert_tf.models.label_contrast import LabelContrast
from bert_tf.models.text_model import TextModel
from bert_tf.plurals import counted
from bert_tf.recipe.schema import Recipe
from bert_tf.scores import score_text
from bert_tf.stage import Stage
from bert_tf.training.contrast import train_contrast
from bert_tf.training.fit_head import fit_head
from bert_tf.workflow.assemble import build_model, measured_graph
from bert_tf.workflow.evaluate import BATCH_TOKENS
from bert_tf.workflow.prepare import Prepared
from bert_tf.workflow.training_setup import TrainingSetup, make_optimizer, word_rows_in_use

_SHARE = 0.9  # an accuracy that is often reached
_UNMEASURED = (
    "There are no validation rows, so the last epoch is kept. Holding out some of {rows} would show little: an "
    "accuracy of {share} on all of them would have a 95% interval from {low} to {high}, {width} wide."
)
_CROSS_VALIDATED = (
    "There are no validation rows, so the last epoch is kept. Cross-validation in {folds} folds measures {rows}: an "
    "accuracy of {share} would have a 95% interval from {low} to {high}, {width} wide."
)


def learn_few_labels(recipe: Recipe, setup: TrainingSetup, prepared: Prepared, *, console: Console) -> dict[str, Any]:
    """Train the encoder by contrast and put the head on its vectors; returns what was done, for run.json.

    Args:
        recipe: With `few_shot.steps` above 0, of a task with `Task.label_sets`.
        setup: Whose model is changed.
        prepared: With the training rows.
        console: Where progress is shown.

    Raises:
        TrainingError: the loss is not a number.
    """
    started, steps = time.monotonic(), recipe.shots.steps
    model = build_model(
        recipe,
        setup.model.encoder,
        LabelContrast(recipe.shots.temperature),
        setup.compute,
        pooling=setup.pooling,
    )
    batches = labelled_batches(recipe, prepared)
    optimizer = make_optimizer(recipe.training, learning_rate=recipe.shots.learning_rate, total_steps=steps)
    with Stage(console, "contrastive training of the encoder") as stage:

        def told(step: int, loss: float) -> None:
            stage.follow(lambda: f"contrastive training of the encoder · step {step}/{steps} · loss {loss:.3g}")

        done = train_contrast(
            model, batches, optimizer=optimizer, rows_in_use=word_rows_in_use(setup), steps=steps, told=told
        )
        stage.rename("fitting the head")
        _fit_head(setup, model, prepared)
    return {
        "texts": len(prepared.examples["train"]),
        "steps": done,
        "texts_computed": done * batches.batch_size,
        "pairs_compared": done * batches.pairs,
        "seconds": round(time.monotonic() - started, 1),
    }


def labelled_batches(recipe: Recipe, prepared: Prepared) -> LabelledBatches:
    """Batches of the training rows, by what of their labels they have in common.

    Args:
        recipe: Of a task with `Task.label_sets`.
        prepared: With the training rows.
    """
    rows, label_sets = prepared.examples["train"], prepared.task.label_sets
    if label_sets is None:
        raise ValueError(f"{recipe.task} has no labels that rows have in common")
    return LabelledBatches(
        prepared.tokens["train"],
        label_sets(np.asarray(rows.targets), rows.facts),
        batch_size=recipe.shots.batch_size,
        seed=recipe.training.seed,
    )


def unmeasured_told(rows: int, folds: int | None) -> str:
    """How little can be known of a model of so few training rows without validation rows, with or without
    cross-validation, in sentences."""
    low, high = share_interval(_SHARE, rows)
    return (_CROSS_VALIDATED if folds else _UNMEASURED).format(
        folds=folds,
        rows=counted(rows, "text"),
        share=score_text(_SHARE),
        low=score_text(low),
        high=score_text(high),
        width=score_text(high - low),
    )


def _fit_head(setup: TrainingSetup, model: TextModel, prepared: Prepared) -> None:
    rows, network = prepared.examples["train"], setup.model.network
    dataset, order = evaluation_batches(prepared.tokens["train"], batch_tokens=BATCH_TOKENS)
    vectors = Predictor(measured_graph(model, setup.compute).outputs)(dataset, order)["vector"]
    fit_head(
        setup.model,
        np.asarray(vectors, np.float32),
        expected=np.asarray(rows.targets),
        weights=network.example_weights(rows.targets, rows.weights),
    )
