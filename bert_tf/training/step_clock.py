"""How long each step of training takes."""

import time

import tf_keras as keras


class StepClock(keras.callbacks.Callback):
    """Takes the time from the end of a step to the end of the next: batches and callbacks are in it.

    Args:
        most_seconds: Ends training once all steps took so long together; None never.
        least_steps: That are trained in any case.

    Attributes:
        seconds: Of each step; the first counts from the start of training.
    """

    def __init__(self, *, most_seconds: float | None = None, least_steps: int = 0) -> None:
        super().__init__()
        self.seconds: list[float] = []
        self._last = 0.0
        self._most_seconds, self._least_steps = most_seconds, least_steps

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Called by Keras."""
        self._last = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        """Called by Keras."""
        now = time.perf_counter()
        self.seconds.append(now - self._last)
        self._last = now
        enough = len(self.seconds) >= self._least_steps
        if enough and self._most_seconds is not None and sum(self.seconds) >= self._most_seconds:
            self.model.stop_training = True
