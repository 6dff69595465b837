"""Scalars for TensorBoard: each step, and train beside validation for each epoch."""

import pathlib
import time
from collections.abc import Callable
from typing import Protocol

import tensorflow as tf
import tf_keras as keras

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
    """Writes event files to `<folder>/train` and `<folder>/validation`.

    Tags of a step: step_loss, learning_rate, gradient_norm, examples_per_second, tokens_per_second, padding_share, and
    loss_scale where the loss is scaled.
    Tags of an epoch, the same in both writers so that they share an axis: epoch_loss, epoch_accuracy, …

    Args:
        folder: The run's `tensorboard/`.
        size: How much work a step, counted from 0 over all epochs, is.
    """

    def __init__(self, folder: pathlib.Path, *, size: Callable[[int], StepSize]) -> None:
        super().__init__()
        self._train = tf.summary.create_file_writer(str(folder / "train"))
        self._validation = tf.summary.create_file_writer(str(folder / "validation"))
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
        self._write(self._train, scalars, step)

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Called by Keras after validation has put its values in the logs."""
        train = {name: value for name, value in logs.items() if not name.startswith("val_") and name not in OF_A_STEP}
        validation = {name[4:]: value for name, value in logs.items() if name.startswith("val_")}
        for writer, values in ((self._train, train), (self._validation, validation)):
            self._write(writer, {f"epoch_{name}": value for name, value in values.items()}, epoch + 1)
            writer.flush()

    def on_train_end(self, logs: dict[str, float]) -> None:
        """Called by Keras."""
        self._train.close()
        self._validation.close()

    @staticmethod
    def _write(writer: tf.summary.SummaryWriter, scalars: dict[str, float], step: int) -> None:
        with writer.as_default(step=step):
            for name, value in scalars.items():
                tf.summary.scalar(name, value)
