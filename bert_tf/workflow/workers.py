"""Several processes that train one recipe: how they start, and what a worker does that is not the chief."""

import hashlib
import json
import os
import pathlib
from typing import Literal

import tensorflow as tf
from rich.console import Console

from bert_tf.cluster import cluster_of
from bert_tf.errors import ClusterError, RecipeError, TrainingError
from bert_tf.models.worker_group import WorkerGroup, lost_workers_told
from bert_tf.recipe.dotted import dotted
from bert_tf.recipe.schema import WITHOUT_EFFECT, Recipe
from bert_tf.stage import Stage
from bert_tf.tasks.table import task_of
from bert_tf.training.fit import Steps
from bert_tf.training.follow import follow
from bert_tf.training.precision import matmuls_in
from bert_tf.workflow.training_inputs import TrainingInputs, read_inputs
from bert_tf.workflow.training_scope import TrainingScope
from bert_tf.workflow.training_setup import compile_for_training, set_up_training

Strategy = Literal["mirrored", "multi_worker"]
_DIGEST_PARTS = 4  # of 8 bytes each


def start_workers(recipe: Recipe, strategy: Strategy | None, *, console: Console) -> WorkerGroup | None:
    """The workers that train a recipe, once all of them are there; None where this process trains by itself.

    Args:
        recipe: Resolved.
        strategy: "multi_worker" is the processes that TF_CONFIG names, "mirrored" all devices of this machine.
        console: Is told what is waited for.

    Raises:
        ClusterError: TF_CONFIG can't be used, or this machine has several devices and "mirrored" was asked for.
        RecipeError: the recipe can't be shared by so many workers.
        MachineError: this worker's port is taken.
    """
    if strategy is None:
        return None
    if strategy == "mirrored":
        _check_one_device(console)
        return None
    cluster = cluster_of(os.environ)
    _check_recipe(recipe, workers=cluster.count)
    with Stage(console, f"waiting for {cluster.count} workers, of which this is number {cluster.index}"):
        return WorkerGroup(cluster, sent_as=tf.as_dtype(recipe.training.gradient_exchange))


def follow_recipe(recipe: Recipe, group: WorkerGroup, *, cache_folder: pathlib.Path, console: Console) -> None:
    """Train a recipe together with the chief, which leaves the run.

    Args:
        recipe: Resolved, the same as the chief's.
        group: The workers.
        cache_folder: As of `train_recipe`; it may be the chief's.
        console: Where progress is shown.

    Raises:
        BertTfError: whatever is wrong, in a sentence. LostWorkerError where another worker is gone.
    """
    scope = TrainingScope(measure_test=False, group=group)
    inputs = read_inputs(recipe, scope, cache_folder=cache_folder, console=console)
    with Stage(console, "loading the encoder"):
        setup = set_up_training(recipe, inputs.files.folder, inputs.prepared, group=group)
    check_same_training(group, recipe, inputs)
    steps = Steps(
        lambda step: setup.batches.dataset(first_step=step),
        setup.batches.size,
        epochs=recipe.training.epochs,
        steps_per_epoch=setup.batches.steps_per_epoch,
    )
    told = f"Worker {group.index} of {group.count} trains; number 0 shows progress and leaves the run."
    console.print(told, highlight=False, soft_wrap=True)
    with matmuls_in(setup.compute.graph_precision):
        compile_for_training(recipe.training, setup)
        follow(setup.model, steps, group=group)


def check_same_training(group: WorkerGroup, recipe: Recipe, inputs: TrainingInputs) -> None:
    """Raises TrainingError where this worker has another recipe, encoder or training rows than the chief.

    Each worker calls it, once.
    """
    values = dotted(recipe.model_dump(mode="json", exclude_none=True))
    decides = [
        {key: str(value) for key, value in values.items() if key not in WITHOUT_EFFECT},
        inputs.prepared.examples["train"].fingerprint,
        inputs.files.weights_sha256,
        inputs.prepared.tokenizer.fingerprint,
    ]
    digest = hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).digest()
    own = [int.from_bytes(digest[8 * part : 8 * part + 8], signed=True) for part in range(_DIGEST_PARTS)]
    with lost_workers_told():
        chiefs = group.told(own)
    if chiefs != own:
        raise TrainingError(
            f"Worker {group.index} has another recipe, encoder or training rows than worker 0.",
            hint="start all workers with the same command, on the same files and versions",
        )


def _check_one_device(console: Console) -> None:
    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    if len(devices) > 1:
        raise ClusterError(
            f"This machine has {len(devices)} devices, and a process trains on one.",
            where="--strategy mirrored",
            hint="start a process for each with --strategy multi_worker, each with its own CUDA_VISIBLE_DEVICES; "
            "docs/scaling.md shows how",
        )
    told = f"This machine has one device ({devices[0].device_type}): --strategy mirrored trains as without it."
    console.print(told, highlight=False, soft_wrap=True)


def _check_recipe(recipe: Recipe, *, workers: int) -> None:
    """Raises RecipeError where a recipe can't be shared by so many workers."""
    if recipe.training.batch_size % workers:
        raise RecipeError(
            f"A batch of {recipe.training.batch_size} can't be shared equally by {workers} workers.",
            where="training.batch_size",
            hint=f"choose a multiple of {workers}; the batch of a step is that of all workers together",
        )
    if recipe.training.batch_tokens is not None:
        raise RecipeError(
            "Batches of equally many tokens are made by one process, and this training has several.",
            where="training.batch_tokens",
            hint="set training.batch_size instead, or train without --strategy",
        )
    if recipe.shots.folds is not None:
        raise RecipeError(
            "Cross-validation is done by one process, and this training has several.",
            where="few_shot.folds",
            hint="remove the key, or train without --strategy",
        )
    if task_of(recipe).mining(recipe) is not None:
        raise RecipeError(
            "Hard negatives are mined by one process, and this training has several.",
            where=recipe.task,
            hint="remove the keys that mine negatives, or train without --strategy",
        )
