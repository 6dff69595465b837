"""TensorFlow's profiler over a window of training steps."""

import contextlib
import pathlib
from collections.abc import Iterator

import tensorflow as tf
import tf_keras as keras


class _Window(keras.callbacks.Callback):
    """Starts the profiler before the first step of a window and stops it after the last."""

    def __init__(self, folder: pathlib.Path, *, first: int, last: int) -> None:
        super().__init__()
        self._folder, self._first, self._last = folder, first, last
        self._runs = False

    def on_train_batch_begin(self, batch: int, logs: dict[str, float]) -> None:
        """Called by Keras."""
        if int(self.model.optimizer.iterations) + 1 == self._first:
            tf.profiler.experimental.start(str(self._folder))
            self._runs = True

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        """Called by Keras."""
        if int(self.model.optimizer.iterations) >= self._last:
            self.stop()

    def stop(self) -> None:
        """Write what was recorded, if the window is open."""
        if self._runs:
            self._runs = False
            tf.profiler.experimental.stop()


@contextlib.contextmanager
def profiled(folder: pathlib.Path, steps: tuple[int, int] | None) -> Iterator[list[keras.callbacks.Callback]]:
    """Callbacks that record a window of steps; however training ends, the profiler stops.

    Args:
        folder: Gets `plugins/profile/<time>/`, which the package `tensorboard-plugin-profile` shows.
        steps: First and last, counted from 1 over all epochs; None records nothing.
    """
    if steps is None:
        yield []
        return
    window = _Window(folder, first=steps[0], last=steps[1])
    try:
        yield [window]
    finally:
        window.stop()
