"""Checkpoints: a folder for each epoch, there whole or not at all, checked by hash when read."""

import dataclasses
import logging
import math
import pathlib
from collections.abc import Mapping, Sequence

import numpy as np
import safetensors
import safetensors.numpy
import tensorflow as tf
import tf_keras as keras

from bert_tf.atomic import new_folder, remove_folder
from bert_tf.errors import TrainingError
from bert_tf.integrity import file_sha256, read_document, write_document
from bert_tf.measures import Measure
from bert_tf.models.kernels.adamw import rows_in_use
from bert_tf.models.kernels.rows_in_use import RowsInUse

_LOG = logging.getLogger(__name__)
WEIGHTS = "model.safetensors"
OPTIMIZER = "optimizer.safetensors"
_FACTS = "checkpoint.json"
_IN_EACH = {"epoch": int, "metrics": dict, "training": str, "sha256": str}


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """A checkpoint on disk.

    Attributes:
        folder: Named `epoch-001` and so on; of a `ResumePoint`, `step-…`.
        epoch: Epochs done, from 1.
        metrics: What was measured at the end of that epoch.
        sha256: Of its weights.
        optimizer_sha256: Of the optimizer's state, which only a `ResumePoint` has.
    """

    folder: pathlib.Path
    epoch: int
    metrics: dict[str, float]
    sha256: str
    optimizer_sha256: str | None = None


def copied_weights(model: keras.Model) -> dict[str, np.ndarray]:
    """Every variable of a model as it is now, for `write_checkpoint`."""
    settle(model)
    return copied(model.weights)


def copied_state(optimizer: keras.optimizers.Optimizer) -> dict[str, np.ndarray]:
    """Steps done and moments of an optimizer as they are now, for `write_checkpoint`; no loss scale.

    Moments are those of whole variables, whatever rows the optimizer works on.
    """
    rows = rows_in_use(optimizer)
    return {
        _key(index, variable.name): rows.whole(variable) if rows and rows.has(variable) else np.array(variable)
        for index, variable in enumerate(optimizer.variables)
    }


def settle(model: keras.Model) -> None:
    """Bring rows of the word embeddings that no training text has up to date, before a model in training is read."""
    rows = rows_in_use(getattr(model, "optimizer", None))
    if rows is not None:
        rows.settle()


def write_checkpoint(
    checkpoints: pathlib.Path,
    weights: dict[str, np.ndarray],
    *,
    epoch: int,
    metrics: dict[str, float],
    training: str = "",
) -> Checkpoint:
    """Write `epoch-<n>`, in place of one that is there; raises TrainingError when the disk is full.

    Args:
        checkpoints: A run's folder of them.
        weights: As of `copied_weights`.
        epoch: From 1.
        metrics: What was measured at its end.
        training: As of `training_id`.
    """
    folder = checkpoints / _folder_name(epoch)
    with new_folder(folder, error=TrainingError) as temporary:
        safetensors.numpy.save_file(weights, temporary / WEIGHTS)
        sha256 = file_sha256(temporary / WEIGHTS)
        facts = {"epoch": epoch, "metrics": metrics, "training": training, "sha256": sha256}
        write_document(temporary / _FACTS, facts, error=TrainingError)
        # Of a process that was killed later in training than where this one goes on: the epoch was the same.
        if folder.exists():
            remove_folder(folder)
    return Checkpoint(folder, epoch, metrics, sha256)


def list_checkpoints(checkpoints: pathlib.Path, *, training: str | None = None) -> list[Checkpoint]:
    """Every checkpoint in a run's folder, oldest first; one whose facts are damaged is told to the log and left out.

    Their weights are not read: see `is_whole`.

    Args:
        checkpoints: The folder.
        training: Those of another are left out and told too, as of `training_id`; None takes all.
    """
    found = []
    for path in (folder / _FACTS for folder in checkpoints.glob("epoch-*")):
        try:
            facts = read_document(path, _IN_EACH)
            if path.parent.name != _folder_name(facts["epoch"]):
                raise ValueError(f"it is from epoch {facts['epoch']}")
            if training not in (None, facts["training"]):
                raise ValueError("it is from another training")
        except (OSError, ValueError) as problem:
            _LOG.warning("A checkpoint is damaged and ignored: %s: %s.", path, problem)
            continue
        found.append(Checkpoint(path.parent, facts["epoch"], facts["metrics"], facts["sha256"]))
    return sorted(found, key=lambda checkpoint: checkpoint.epoch)


def checkpoint_bytes(checkpoints: pathlib.Path) -> int:
    """Of all that is in a run's folder of checkpoints, what training goes on from too."""
    return sum(path.stat().st_size for path in checkpoints.rglob("*") if path.is_file())


def is_whole(checkpoint: Checkpoint) -> bool:
    """Whether the weights are those that were written."""
    return is_as_written(checkpoint.folder / WEIGHTS, checkpoint.sha256)


def best_checkpoint(found: list[Checkpoint], *, monitor: Measure) -> Checkpoint:
    """The checkpoint with the best value of a measure, the earlier one on a tie."""
    return min(found, key=lambda checkpoint: (monitored_rank(checkpoint.metrics, monitor=monitor), checkpoint.epoch))


def monitored_rank(metrics: Mapping[str, float], *, monitor: Measure) -> float:
    """What epochs are sorted by, the best first: see `Measure.rank`. An epoch that lacks the measure comes last."""
    value = monitor.of_epoch(metrics)
    return math.inf if value is None else monitor.rank(value)


def keep_checkpoints(checkpoints: pathlib.Path, kept: list[Checkpoint]) -> None:
    """Remove all others. Called after a new one stands, so the last good one is never the one that goes."""
    names = {checkpoint.folder.name for checkpoint in kept}
    for checkpoint in list_checkpoints(checkpoints):
        if checkpoint.folder.name not in names:
            remove_folder(checkpoint.folder)


def load_checkpoint(checkpoint: Checkpoint, model: keras.Model) -> None:
    """Set every variable of a model that has the same variables.

    Raises:
        TrainingError: the file is damaged, or it is of another model.
    """
    load_tensors(checkpoint.folder / WEIGHTS, checkpoint.sha256, model.weights)


def load_state(checkpoint: Checkpoint, optimizer: keras.optimizers.Optimizer) -> None:
    """Set steps done and moments of an optimizer that is built for the same variables.

    Raises:
        TrainingError: they were not kept, the file is damaged, or it is of another model.
        ModelError: it is of other texts.
    """
    path, variables = checkpoint.folder / OPTIMIZER, optimizer.variables
    load_tensors(path, checkpoint.optimizer_sha256, variables, rows=rows_in_use(optimizer))


def copied(variables: Sequence[tf.Variable]) -> dict[str, np.ndarray]:
    """Variables as they are now, by place and name, for a safetensors file."""
    return {_key(index, variable.name): np.array(variable) for index, variable in enumerate(variables)}


def load_tensors(
    path: pathlib.Path, sha256: str | None, variables: Sequence[tf.Variable], *, rows: RowsInUse | None = None
) -> None:
    """Set variables to what `copied` gave of them.

    Args:
        path: The file.
        sha256: Its hash when it was written.
        variables: In the same order.
        rows: Which rows of tables some of them are; None where all are whole.

    Raises:
        TrainingError: the file is damaged, or it is of another model.
        ModelError: it is of other texts.
    """
    if not is_as_written(path, sha256):
        raise TrainingError(
            "The checkpoint is damaged: its weights have changed since they were written.",
            where=str(path),
            hint="remove this folder to use the run's other checkpoint, or train again",
        )
    in_parts = [rows if rows and rows.has(variable) else None for variable in variables]
    shapes = [
        tuple(variable.shape if part is None else part.table.shape)
        for variable, part in zip(variables, in_parts, strict=True)
    ]
    # One at a time, and without the file's pages: all weights once more would be the most that a training holds.
    with safetensors.safe_open(path, framework="np", backend="pread") as file:
        keys = sorted(file.keys())
        if [tuple(file.get_slice(key).get_shape()) for key in keys] != shapes:
            raise TrainingError(
                "The checkpoint belongs to another model.",
                where=str(path),
                hint="the run's recipe.toml and its checkpoints belong together; don't change either by hand",
            )
        for variable, key, part in zip(variables, keys, in_parts, strict=True):
            tensor = file.get_tensor(key)
            variable.assign(tensor if part is None else part.part(tensor))


def _key(index: int, name: str) -> str:
    # The position makes it unique and gives the order; the name is for people.
    return f"{index:04d} {name.removesuffix(':0')}"


def _folder_name(epoch: int) -> str:
    return f"epoch-{epoch:03d}"


def is_as_written(path: pathlib.Path, sha256: str | None) -> bool:
    """Whether a file is there and has its hash."""
    return path.is_file() and file_sha256(path) == sha256
