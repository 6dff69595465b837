"""Training: Keras' `compile` and `fit` over batches of all epochs."""

import pathlib
from collections.abc import Callable, Mapping, Sequence

import tensorflow as tf
import tf_keras as keras
from rich.console import Console

from bert_tf.training.checkpoint_writer import CheckpointWriter
from bert_tf.training.checkpoints import Checkpoint, list_checkpoints, load_checkpoint, load_state
from bert_tf.training.divergence import StopOnDivergence
from bert_tf.training.epoch_end import EpochEnd, ShouldStop, Validate
from bert_tf.training.first_step import FirstStep
from bert_tf.training.progress import ShowProgress
from bert_tf.training.shortage import shortage_told
from bert_tf.training.tensorboard.scalars import OF_A_STEP, StepSize


def fit(
    model: keras.Model,
    *,
    optimizer: keras.optimizers.Optimizer,
    loss: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    metrics: Sequence[keras.metrics.Metric],
    dataset: tf.data.Dataset,
    size: Callable[[int], StepSize],
    epochs: int,
    steps_per_epoch: int,
    validate: Validate | None,
    run_folder: pathlib.Path,
    monitor: str,
    patience: int,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    console: Console | None = None,
    first_step: Callable[[float | None], None] | None = None,
    continue_from: Checkpoint | None = None,
    keep_state: bool = False,
    should_stop: ShouldStop | None = None,
) -> list[dict[str, float]]:
    """Train a model and leave checkpoints in the run's folder.

    Args:
        model: From inputs to logits.
        optimizer: See `adamw`.
        loss: Labels and logits to one value for each example.
        metrics: Shown while training.
        dataset: (inputs, labels, weights) of every step of every epoch that is trained, in order.
        size: How much work a step, counted from 0, is.
        epochs: At most, those before `continue_from` included.
        steps_per_epoch: Of each.
        validate: See `EpochEnd`.
        run_folder: Gets `checkpoints/`.
        monitor: See `EpochEnd` and `CheckpointWriter`.
        patience: See `EpochEnd`.
        callbacks: Called at an epoch's end with what validation measured in their logs.
        console: Where progress is shown; None shows none.
        first_step: See `FirstStep`; None tells nobody.
        continue_from: Weights and optimizer's state to start with; None starts at the first epoch.
        keep_state: See `EpochEnd`.
        should_stop: See `EpochEnd`.

    Returns:
        The logs of each epoch that was trained, without what they say of its last step alone.

    Raises:
        TrainingError: the loss is not a number, memory ran out, or a checkpoint can't be written or read.
    """
    first_epoch = continue_from.epoch if continue_from else 0
    progress = None
    if console:
        progress = ShowProgress(
            console, size=size, epochs=epochs, steps_per_epoch=steps_per_epoch, first_epoch=first_epoch
        )
    model.compile(optimizer=optimizer, loss=loss, metrics=list(metrics))
    # A step that makes variables is traced twice.
    optimizer.build(model.trainable_variables)
    if continue_from:
        load_checkpoint(continue_from, model)
        load_state(continue_from, optimizer)
    try:
        with shortage_told(), CheckpointWriter(run_folder / "checkpoints", monitor=monitor) as writer:
            end = EpochEnd(
                validate=validate,
                writer=writer,
                monitor=monitor,
                patience=patience,
                before=list_checkpoints(run_folder / "checkpoints"),
                keep_state=keep_state,
                should_stop=should_stop,
            )
            if end.is_out_of_patience(first_epoch):
                return []
            told = [FirstStep(first_step)] if first_step else []
            shown = [progress] if progress else []
            history = model.fit(
                dataset,
                initial_epoch=first_epoch,
                epochs=epochs,
                steps_per_epoch=steps_per_epoch,
                callbacks=[StopOnDivergence(), end, *callbacks, *told, *shown],
                verbose=0,
            ).history
    finally:
        if progress:
            progress.stop()
    return _by_epoch({name: values for name, values in history.items() if name not in OF_A_STEP})


def _by_epoch(history: Mapping[str, Sequence[float]]) -> list[dict[str, float]]:
    return [dict(zip(history, values, strict=True)) for values in zip(*history.values(), strict=True)]
