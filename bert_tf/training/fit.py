"""Training: Keras' `compile` and `fit` over batches of all epochs."""

import contextlib
import dataclasses
import pathlib
from collections.abc import Callable, Iterator, Mapping, Sequence

import tensorflow as tf
import tf_keras as keras
from rich.console import Console

from bert_tf.models.kernels.rows_in_use import RowsInUse
from bert_tf.training.checkpoint_writer import CheckpointWriter
from bert_tf.training.checkpoints import Checkpoint, list_checkpoints, load_checkpoint, load_state
from bert_tf.training.divergence import StopOnDivergence
from bert_tf.training.epoch_end import EpochEnd, Validation
from bert_tf.training.progress import ShowProgress
from bert_tf.training.shortage import shortage_told
from bert_tf.training.tensorboard.scalars import OF_A_STEP, StepSize


@dataclasses.dataclass(frozen=True)
class Steps:
    """What is trained on.

    Attributes:
        dataset: (inputs, targets, weights) of every step of every epoch that is trained, in order.
        size: How much work a step, counted from 0 over all epochs, is.
        epochs: At most, those before a resumed checkpoint included.
        steps_per_epoch: Of each.
    """

    dataset: tf.data.Dataset
    size: Callable[[int], StepSize]
    epochs: int
    steps_per_epoch: int


@dataclasses.dataclass(frozen=True)
class Checkpointing:
    """Which checkpoints are written, and which one training starts from.

    Attributes:
        folder: Gets `epoch-001` and so on.
        keep_state: Whether they get the optimizer's state too, so that training can be resumed from them.
        resume_from: Weights and optimizer's state to start with; None starts at the first epoch.
    """

    folder: pathlib.Path
    keep_state: bool = False
    resume_from: Checkpoint | None = None


def compile_model(
    model: keras.Model, *, optimizer: keras.optimizers.Optimizer, rows_in_use: RowsInUse | None = None
) -> None:
    """Give a model what it is trained with.

    Args:
        model: Such as `TextModel`, which has loss and metrics of its own.
        optimizer: See `adamw`.
        rows_in_use: Those of the word embeddings that any training text has; None to train all rows.
    """
    if rows_in_use is not None:
        getattr(optimizer, "inner_optimizer", optimizer).rows = rows_in_use
    model.compile(optimizer)
    # A step that makes variables is traced twice.
    optimizer.build(model.trainable_variables)


def fit(
    model: keras.Model,
    steps: Steps,
    *,
    validation: Validation,
    checkpoints: Checkpointing,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    console: Console | None = None,
) -> list[dict[str, float]]:
    """Train a model and leave checkpoints.

    Args:
        model: As of `compile_model`.
        steps: What it is trained on.
        validation: What is measured after each epoch.
        checkpoints: What is left, and where training starts.
        callbacks: Called at an epoch's end with what validation measured in their logs.
        console: Where progress is shown; None shows none.

    Returns:
        The logs of each epoch that was trained, without what they say of its last step alone.

    Raises:
        TrainingError: the loss is not a number, memory ran out, or a checkpoint can't be written or read.
    """
    first_epoch = 0
    if checkpoints.resume_from:
        first_epoch = checkpoints.resume_from.epoch
        load_checkpoint(checkpoints.resume_from, model)
        load_state(checkpoints.resume_from, model.optimizer)
    with (
        _shown_progress(console, steps, first_epoch=first_epoch) as shown,
        shortage_told(),
        CheckpointWriter(checkpoints.folder, monitor=validation.monitor) as writer,
    ):
        before = list_checkpoints(checkpoints.folder)
        end = EpochEnd(validation, writer=writer, before=before, keep_state=checkpoints.keep_state)
        if end.is_out_of_patience(first_epoch):
            return []
        history = model.fit(
            steps.dataset,
            initial_epoch=first_epoch,
            epochs=steps.epochs,
            steps_per_epoch=steps.steps_per_epoch,
            callbacks=[StopOnDivergence(), end, *callbacks, *shown],
            verbose=0,
        ).history
    return _by_epoch({name: values for name, values in history.items() if name not in OF_A_STEP})


@contextlib.contextmanager
def _shown_progress(console: Console | None, steps: Steps, *, first_epoch: int) -> Iterator[list[ShowProgress]]:
    if console is None:
        yield []
        return
    progress = ShowProgress(
        console,
        size=steps.size,
        epochs=steps.epochs,
        steps_per_epoch=steps.steps_per_epoch,
        first_epoch=first_epoch,
    )
    try:
        yield [progress]
    finally:
        progress.stop()


def _by_epoch(history: Mapping[str, Sequence[float]]) -> list[dict[str, float]]:
    return [dict(zip(history, values, strict=True)) for values in zip(*history.values(), strict=True)]
