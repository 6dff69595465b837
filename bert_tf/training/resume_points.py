"""Points that training goes on from: all that the next step depends on, there whole or not at all, checked by hash."""

import dataclasses
import logging
import pathlib
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors.numpy
import tensorflow as tf
import tf_keras as keras

from bert_tf.atomic import new_folder, remove_folder
from bert_tf.errors import TrainingError
from bert_tf.integrity import file_sha256, read_document, write_document
from bert_tf.models.dropout_layer import random_states
from bert_tf.training.checkpoints import (
    OPTIMIZER,
    WEIGHTS,
    Checkpoint,
    copied,
    copied_state,
    copied_weights,
    is_as_written,
    load_checkpoint,
    load_state,
    load_tensors,
)

_LOG = logging.getLogger(__name__)
_RANDOM, _MEASURES = "random.safetensors", "measures.safetensors"
_BATCHES = "batches.safetensors"  # where they depend on more than the step
_FACTS = "resume.json"
_IN_EACH: dict[str, type | tuple[type, ...]] = {
    "step": int,
    "epochs": list,
    "seconds": (int, float),
    "event_bytes": dict,
    "training": str,
    "sha256": dict,
}
_NAME = re.compile(r"step-(?P<step>\d{6,})-after-(?P<epochs>\d+)")

Tensors = dict[str, dict[str, np.ndarray]]


@dataclasses.dataclass(frozen=True)
class Progress:
    """How far training has come.

    Attributes:
        step: Steps done, over all epochs.
        epochs: The logs of the epochs that are done; one whose steps are done is not until it is validated.
        seconds: Of training.
        event_bytes: Size of each of TensorBoard's event files, by its path in the run's folder of them.
    """

    step: int = 0
    epochs: tuple[Mapping[str, float], ...] = ()
    seconds: float = 0.0
    event_bytes: Mapping[str, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class ResumePoint:
    """A point on disk.

    Attributes:
        progress: Of training there.
        checkpoint: Its weights and the optimizer's state; the folder is `step-<steps>-after-<epochs>`.
        sha256: Of each file.
        training: Which it is of, as of `training_id`.
    """

    progress: Progress
    checkpoint: Checkpoint
    sha256: Mapping[str, str]
    training: str

    @property
    def is_whole(self) -> bool:
        """Whether each file is as it was written."""
        return all(is_as_written(self.checkpoint.folder / name, sha256) for name, sha256 in self.sha256.items())


def copied_point(model: keras.Model, batches: Mapping[str, np.ndarray] | None = None) -> Tensors:
    """All that the next step of a compiled model depends on, as it is now, by file.

    Args:
        model: The model.
        batches: What its batches depend on beside the step, by name.
    """
    return {
        **({_BATCHES: dict(batches)} if batches else {}),
        WEIGHTS: copied_weights(model),
        OPTIMIZER: copied_state(model.optimizer),
        _RANDOM: copied([*random_states(model), *loss_scale(model.optimizer)]),
        _MEASURES: copied(_measures(model)),
    }


def write_point(checkpoints: pathlib.Path, tensors: Tensors, progress: Progress, *, training: str = "") -> ResumePoint:
    """Write a point, read it back, and then remove those before it; one that is there already stays as it is.

    Nothing but the training and the steps decides what a point holds, so the same one is not written again: a kill
    while it was replaced would leave none.

    Raises:
        TrainingError: the disk is full, or doesn't give back what was written.
    """
    folder = checkpoints / _name(progress)
    point = _whole_point(folder, training) or _written(folder, tensors, progress, training)
    for other in _folders(checkpoints):
        if other != folder:
            remove_folder(other)
    return point


def _written(folder: pathlib.Path, tensors: Tensors, progress: Progress, training: str) -> ResumePoint:
    with new_folder(folder, error=TrainingError) as temporary:
        for name, arrays in tensors.items():
            safetensors.numpy.save_file(arrays, temporary / name)
        sums = {name: file_sha256(temporary / name) for name in tensors}
        facts = {**dataclasses.asdict(progress), "training": training, "sha256": sums}
        write_document(temporary / _FACTS, facts, error=TrainingError)
        if folder.exists():
            remove_folder(folder)
    point = _point(folder)
    if not point.is_whole:
        raise TrainingError(
            "The disk does not give back what was written to it; the checkpoint before stays.",
            where=str(folder),
            hint="check the disk, and go on with --resume",
            kind="machine",
        )
    return point


def newest_point(checkpoints: pathlib.Path, *, training: str | None = None) -> ResumePoint | None:
    """The point where most steps are done among those that are whole; the log is told of the others.

    Args:
        checkpoints: A run's folder of them.
        training: Those of another are passed over, as of `training_id`; None takes all.
    """
    found = (_whole_point(folder, training) for folder in reversed(_folders(checkpoints)))
    return next(filter(None, found), None)


def remove_points(checkpoints: pathlib.Path) -> None:
    """Remove all points, once nothing goes on from them."""
    for folder in _folders(checkpoints):
        remove_folder(folder)


def load_point(point: ResumePoint, model: keras.Model) -> None:
    """Set the weights, the optimizer and all that is random of a compiled model.

    Raises:
        TrainingError: a file is damaged, or the point is of another model.
    """
    load_checkpoint(point.checkpoint, model)
    load_state(point.checkpoint, model.optimizer)
    _load(point, _RANDOM, [*random_states(model), *loss_scale(model.optimizer)])


def load_measures(point: ResumePoint, model: keras.Model) -> None:
    """Set what was counted of the epoch so far, where the point is inside of one; raises as `load_point`."""
    _load(point, _MEASURES, _measures(model))


def load_batches(point: ResumePoint) -> dict[str, np.ndarray]:
    """What the batches depend on beside the step, as of `copied_point`; empty where they don't.

    Raises:
        TrainingError: the file is damaged.
    """
    if _BATCHES not in point.sha256:
        return {}
    path = point.checkpoint.folder / _BATCHES
    if not is_as_written(path, point.sha256[_BATCHES]):
        raise TrainingError(
            "What the batches of a checkpoint depend on is damaged.",
            where=str(path),
            hint="train again without --resume",
        )
    return safetensors.numpy.load_file(path)


def _load(point: ResumePoint, name: str, variables: list[tf.Variable]) -> None:
    load_tensors(point.checkpoint.folder / name, point.sha256[name], variables)


def _measures(model: keras.Model) -> list[tf.Variable]:
    return [variable for metric in model.metrics for variable in metric.variables]


def loss_scale(optimizer: keras.optimizers.Optimizer) -> list[tf.Variable]:
    """What an optimizer knows of how far losses are scaled; empty where they aren't."""
    if not isinstance(optimizer, keras.mixed_precision.LossScaleOptimizer):
        return []
    # Keras shows a copy of the scale; the variable is in an attribute of its own.
    return [optimizer._loss_scale.current_loss_scale, optimizer.dynamic_counter]


def _whole_point(folder: pathlib.Path, training: str | None) -> ResumePoint | None:
    """The point in a folder; None where there is none, or, as the log is told, a damaged one."""
    if not folder.exists():
        return None
    try:
        point = _point(folder)
        if training not in (None, point.training):
            problem = "it is from another training"
        elif point.is_whole:
            return point
        else:
            problem = "a file is missing or has changed since it was written"
    except (OSError, ValueError) as error:
        problem = str(error)
    _LOG.warning("A checkpoint is damaged and not used: %s: %s.", folder, problem)
    return None


def _point(folder: pathlib.Path) -> ResumePoint:
    """Raises OSError or ValueError where its facts are damaged."""
    facts: dict[str, Any] = read_document(folder / _FACTS, _IN_EACH)
    sums = facts["sha256"]
    if missing := {WEIGHTS, OPTIMIZER, _RANDOM, _MEASURES} - sums.keys():
        raise ValueError(f"no hash of {', '.join(sorted(missing))}")
    progress = Progress(facts["step"], tuple(facts["epochs"]), facts["seconds"], facts["event_bytes"])
    if _name(progress) != folder.name:
        raise ValueError(f"it is of step {progress.step}")
    checkpoint = Checkpoint(folder, len(progress.epochs), {}, sums[WEIGHTS], sums[OPTIMIZER])
    return ResumePoint(progress, checkpoint, sums, facts["training"])


def _name(progress: Progress) -> str:
    return f"step-{progress.step:06d}-after-{len(progress.epochs)}"


def _folders(checkpoints: pathlib.Path) -> list[pathlib.Path]:
    """The points, by their steps."""
    named = [(found, folder) for folder in checkpoints.glob("step-*") if (found := _NAME.fullmatch(folder.name))]
    named.sort(key=lambda each: (int(each[0]["step"]), int(each[0]["epochs"])))
    return [folder for _, folder in named]
