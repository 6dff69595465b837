"""Training: Keras' `compile` and `fit` over batches of all epochs."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import tensorflow as tf
import tf_keras as keras
from rich.console import Console

from bert_tf.models.kernels.rows_in_use import RowsInUse
from bert_tf.models.worker_group import WorkerGroup, lost_workers_told
from bert_tf.training.checkpoint_writer import CheckpointWriter
from bert_tf.training.divergence import StopOnDivergence
from bert_tf.training.epoch_end import EpochEnd, Validation
from bert_tf.training.keep_points import Checkpointing, KeepPoints
from bert_tf.training.progress import ShowProgress
from bert_tf.training.resume_points import Progress, load_point
from bert_tf.training.shortage import shortage_told
from bert_tf.training.tensorboard.scalars import StepSize
from bert_tf.training.together import EndTogether, Start, start_together


@dataclasses.dataclass(frozen=True)
class Steps:
    """What is trained on.

    Attributes:
        dataset: From a step, counted from 0 over all epochs, to (inputs, targets, weights) of it and all behind it, as
            far as is known before `renew` is called again.
        size: How much work a step, counted from 0 over all epochs, is.
        epochs: At most, those included that were done before it was resumed.
        steps_per_epoch: Of each.
        renew_every: After each so many epochs the batches become others; None where they never do.
        renew: Is called with the epochs that are done, before the next one, and makes them so.
    """

    dataset: Callable[[int], tf.data.Dataset]
    size: Callable[[int], StepSize]
    epochs: int
    steps_per_epoch: int
    renew_every: int | None = None
    renew: Callable[[int], None] = lambda epochs: None

    def stretch(self, epoch: int) -> int:
        """Up to which epoch batches stay what they are from a given one on."""
        every = self.renew_every or self.epochs
        return min(self.epochs, (epoch // every + 1) * every)


def compile_model(
    model: keras.Model,
    *,
    optimizer: keras.optimizers.Optimizer,
    rows_in_use: RowsInUse | None = None,
    mean_rows: float | None = None,
) -> None:
    """Give a model what it is trained with.

    Args:
        model: Such as `TextModel`, which has loss and metrics of its own.
        optimizer: See `adamw`.
        rows_in_use: Those of the word embeddings that any training text has; None to train all rows.
        mean_rows: As of `TextModel.compile`.
    """
    if rows_in_use is not None:
        getattr(optimizer, "inner_optimizer", optimizer).rows = rows_in_use
    model.compile(optimizer, **({} if mean_rows is None else {"mean_rows": mean_rows}))
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
    group: WorkerGroup | None = None,
) -> Progress:
    """Train a model, leave checkpoints, and tell how far it came, with all that was done before it was resumed.

    Args:
        model: As of `compile_model`.
        steps: What it is trained on.
        validation: What is measured after each epoch.
        checkpoints: What is left, and where training starts.
        callbacks: Called at an epoch's end with what validation measured in their logs.
        console: Where progress is shown; None shows none.
        group: Whose chief this process is, where several workers train the model: the others `follow`.

    Raises:
        TrainingError: the loss is not a number, memory ran out, or a checkpoint can't be written or read.
        LostWorkerError: another worker is gone.
        KeyboardInterrupt: a signal ended it.
    """
    point = checkpoints.resume_from
    if point:
        load_point(point, model)
    with (
        _shown_progress(console, steps, first_step=point.progress.step if point else 0) as shown,
        shortage_told(),
        CheckpointWriter(checkpoints.folder, monitor=validation.monitor, training=checkpoints.training) as writer,
    ):
        end = EpochEnd(validation, writer=writer, before=point.progress.epochs if point else ())
        keeper = KeepPoints(checkpoints, writer=writer, steps_per_epoch=steps.steps_per_epoch)
        keeper.set_model(model)
        goes_on = not end.is_last(keeper.epochs)
        together = [] if group is None else [EndTogether(group)]
        if group is not None:
            start_together(group, model, Start(keeper.epochs, keeper.steps_of_epoch, goes_on))
        if goes_on:
            with keeper.kept_when_stopped(), lost_workers_told():
                fit_epochs(model, steps, keeper, [StopOnDivergence(), end, *together, *callbacks, *shown, keeper])
        if checkpoints.at_end:
            keeper.keep()
    return keeper.progress()


class Position(Protocol):
    """How far training has come.

    Attributes:
        epochs: How many are done.
        steps_of_epoch: Steps that are done of the epoch that is not.
    """

    @property
    def epochs(self) -> int: ...
    @property
    def steps_of_epoch(self) -> int: ...


def fit_epochs(model: keras.Model, steps: Steps, position: Position, callbacks: list[keras.callbacks.Callback]) -> None:
    """Train what is left of an epoch that was begun, and then the others.

    Args:
        model: As of `compile_model`.
        steps: What it is trained on.
        position: One of the callbacks, which knows how far training has come.
        callbacks: In the order in which they are called.
    """
    epoch, done = position.epochs, position.steps_of_epoch
    first_step = epoch * steps.steps_per_epoch + done
    if done == steps.steps_per_epoch:
        _end_epoch(model, epoch, callbacks)
    elif done:
        model.fit(
            steps.dataset(first_step),
            initial_epoch=epoch,
            epochs=epoch + 1,
            steps_per_epoch=steps.steps_per_epoch - done,
            callbacks=callbacks,
            verbose=0,
        )
    while not model.stop_training and position.epochs < steps.epochs:
        if steps.renew_every and position.epochs and position.epochs % steps.renew_every == 0:
            steps.renew(position.epochs)
        model.fit(
            steps.dataset(position.epochs * steps.steps_per_epoch),
            initial_epoch=position.epochs,
            epochs=steps.stretch(position.epochs),
            steps_per_epoch=steps.steps_per_epoch,
            callbacks=callbacks,
            verbose=0,
        )


def _end_epoch(model: keras.Model, epoch: int, callbacks: list[keras.callbacks.Callback]) -> None:
    """End an epoch whose steps are done, which Keras does only behind a step."""
    all_callbacks = keras.callbacks.CallbackList(callbacks, model=model)
    model.reset_metrics()
    all_callbacks.on_train_begin()
    all_callbacks.on_epoch_begin(epoch)
    all_callbacks.on_epoch_end(epoch, {name: float(value) for name, value in model.get_metrics_result().items()})


@contextlib.contextmanager
def _shown_progress(console: Console | None, steps: Steps, *, first_step: int) -> Iterator[list[ShowProgress]]:
    if console is None:
        yield []
        return
    progress = ShowProgress(
        console,
        size=steps.size,
        epochs=steps.epochs,
        steps_per_epoch=steps.steps_per_epoch,
        first_step=first_step,
    )
    try:
        yield [progress]
    finally:
        progress.stop()
