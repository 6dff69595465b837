"""Training: Keras' `compile` and `fit` over batches of all epochs."""

import contextlib
import pathlib
from collections.abc import Callable, Iterator, Sequence

import tensorflow as tf
import tf_keras as keras
from rich.console import Console

from bert_tf.errors import TrainingError
from bert_tf.training.checkpoint_writer import CheckpointWriter
from bert_tf.training.divergence import StopOnDivergence
from bert_tf.training.epoch_end import EpochEnd, Validate
from bert_tf.training.first_step import FirstStep
from bert_tf.training.progress import ShowProgress
from bert_tf.training.tensorboard import OF_A_STEP, Scalars, StepSize


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
    console: Console | None = None,
    first_step: Callable[[float | None], None] | None = None,
) -> list[dict[str, float]]:
    """Train a model and leave checkpoints and TensorBoard logs in the run's folder.

    Args:
        model: From inputs to logits.
        optimizer: See `adamw`.
        loss: Labels and logits to one value for each example.
        metrics: Shown while training.
        dataset: (inputs, labels, weights) of every step of every epoch, in order.
        size: How much work a step, counted from 0, is.
        epochs: At most.
        steps_per_epoch: Of each.
        validate: See `EpochEnd`.
        run_folder: Gets `checkpoints/` and `tensorboard/`.
        monitor: See `EpochEnd` and `CheckpointWriter`.
        patience: See `EpochEnd`.
        console: Where progress is shown; None shows none.
        first_step: See `FirstStep`; None tells nobody.

    Returns:
        The logs of each epoch, without what they say of its last step alone.

    Raises:
        TrainingError: the loss is not a number, memory ran out, or a checkpoint can't be written.
    """
    progress = None
    if console:
        progress = ShowProgress(console, size=size, epochs=epochs, steps_per_epoch=steps_per_epoch)
    model.compile(optimizer=optimizer, loss=loss, metrics=list(metrics))
    # A step that makes variables is traced twice.
    optimizer.build(model.trainable_variables)
    try:
        with _memory_told(), CheckpointWriter(run_folder / "checkpoints", monitor=monitor) as writer:
            callbacks = [
                StopOnDivergence(),
                EpochEnd(validate=validate, writer=writer, monitor=monitor, patience=patience),
                Scalars(run_folder / "tensorboard", size=size),
                *([FirstStep(first_step)] if first_step else []),
                *([progress] if progress else []),
            ]
            history = model.fit(
                dataset, epochs=epochs, steps_per_epoch=steps_per_epoch, callbacks=callbacks, verbose=0
            ).history
    finally:
        if progress:
            progress.stop()
    history = {name: values for name, values in history.items() if name not in OF_A_STEP}
    return [dict(zip(history, values, strict=True)) for values in zip(*history.values(), strict=True)]


@contextlib.contextmanager
def _memory_told() -> Iterator[None]:
    try:
        yield
    except (tf.errors.ResourceExhaustedError, MemoryError) as problem:
        if "No space left" in str(problem):
            raise TrainingError(
                "The disk is full: TensorBoard's logs or compiled kernels could not be written.",
                hint="make room, or name other folders: --runs, and BERT_TF_CACHE in the environment",
            ) from problem
        raise TrainingError(
            "Memory ran out while training.",
            where="training → batch_size, text → max_tokens",
            hint="halve one of them, since memory grows with their product; or train in slices of a batch: "
            "training.micro_batch_size",
        ) from problem
