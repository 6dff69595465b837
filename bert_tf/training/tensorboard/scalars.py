"""Scalars for TensorBoard: each step, and train beside validation for each epoch."""

import time
from collections.abc import Callable, Mapping
from typing import Protocol

import tensorflow as tf
import tf_keras as keras
from tensorboard.plugins.scalar.summary_v2 import scalar_pb

from bert_tf.training.tensorboard.event_writers import Writers

# What a model's logs say of one step alone, and not of an epoch; the last with a scaled loss only.
OF_A_STEP = ("step_loss", "gradient_norm", "loss_scale")


class StepSize(Protocol):
    """How much work a step is; `bert_tf.batches.dataset.BatchSize`."""

    @property
    def examples(self) -> int: ...
    @property
    def tokens(self) -> int: ...
    @property
    def padded_tokens(self) -> int: ...


class Scalars(keras.callbacks.Callback):
    """Writes scalars of training and validation.

    Tags of a step: step_loss, learning_rate, gradient_norm, examples_per_second, tokens_per_second, padding_share, and
    loss_scale where the loss is scaled.
    Tags of an epoch, the same in both writers so that they share an axis: epoch_loss, …

    Args:
        writers: Of the run.
        size: How much work a step, counted from 0 over all epochs, is.
    """

    def __init__(self, writers: Writers, *, size: Callable[[int], StepSize]) -> None:
        super().__init__()
        self._writers = writers
        self._size = size
        self._started = 0.0

    def on_train_batch_begin(self, batch: int, logs: dict[str, float]) -> None:
        """Called by Keras."""
        self._started = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        """Called by Keras; writes the scalars of one step."""
        seconds = time.perf_counter() - self._started
        step = int(self.model.optimizer.iterations)
        size = self._size(step - 1)
        scalars = {
            **{name: logs[name] for name in OF_A_STEP if name in logs},
            "learning_rate": float(self.model.optimizer.learning_rate.numpy()),
            "examples_per_second": size.examples / seconds,
            "tokens_per_second": size.tokens / seconds,
            "padding_share": 1 - size.tokens / size.padded_tokens,
        }
        # Beside the next step: that takes longer than all else between two of them.
        self._writers.thread.write(write_scalars, self._writers.train, scalars, step=step)

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Called by Keras after validation has put its values in the logs."""
        train = {name: value for name, value in logs.items() if not name.startswith("val_") and name not in OF_A_STEP}
        validation = {name[4:]: value for name, value in logs.items() if name.startswith("val_")}
        for writer, values in ((self._writers.train, train), (self._writers.validation, validation)):
            scalars = {f"epoch_{name}": value for name, value in values.items()}
            self._writers.thread.write(write_scalars, writer, scalars, step=epoch + 1)


def write_scalars(writer: tf.summary.SummaryWriter, scalars: Mapping[str, float], *, step: int) -> None:
    """Write values by their tag."""
    if not scalars:
        return
    # One event for all: one for each takes several times as long, between any two steps.
    together = scalar_pb(*next(iter(scalars.items())))
    for name, value in list(scalars.items())[1:]:
        together.MergeFrom(scalar_pb(name, value))
    with writer.as_default(step=step):
        tf.summary.experimental.write_raw_pb(together.SerializeToString())
