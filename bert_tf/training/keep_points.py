"""When training leaves a point to go on from: every so often, and when it is told to stop."""

import contextlib
import dataclasses
import math
import pathlib
import time
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import tf_keras as keras

from bert_tf.stop_signals import StopSignals
from bert_tf.training.checkpoint_writer import CheckpointWriter
from bert_tf.training.resume_points import Progress, ResumePoint, copied_point, load_measures
from bert_tf.training.tensorboard.scalars import OF_A_STEP


@dataclasses.dataclass(frozen=True)
class Checkpointing:
    """Which checkpoints and points are left, and where training starts.

    Attributes:
        folder: Gets `epoch-001` and so on, and the points.
        resume_from: Where training starts; None starts at the first step.
        every_steps: A point is left after each so many steps; None goes by time alone.
        every_seconds: A point is left when so much time went by since the last.
        at_end: A point is left behind the last step.
        event_bytes: What TensorBoard's event files hold so far, as of `event_bytes`.
        batches: What the batches depend on beside the step, as of `copied_point`.
        signals: A signal waits for the end of its step, and a point is left; None leaves none.
        training: Which they are of, as of `training_id`.
    """

    folder: pathlib.Path
    resume_from: ResumePoint | None = None
    every_steps: int | None = None
    every_seconds: float = math.inf
    at_end: bool = False
    event_bytes: Callable[[], Mapping[str, int]] = dict
    batches: Callable[[], Mapping[str, np.ndarray]] = dict
    signals: StopSignals | None = None
    training: str = ""


class KeepPoints(keras.callbacks.Callback):
    """Counts steps and epochs, and hands over points. It has to be the last callback: what others do of a step is done.

    Args:
        checkpoints: When, and what training starts from.
        writer: Gets the points.
        steps_per_epoch: Of each.
    """

    def __init__(self, checkpoints: Checkpointing, *, writer: CheckpointWriter, steps_per_epoch: int) -> None:
        super().__init__()
        self._checkpoints, self._writer, self._steps_per_epoch = checkpoints, writer, steps_per_epoch
        self._point = checkpoints.resume_from
        self._start = self._point.progress if self._point else Progress()
        self._step, self._epochs, self._events = self._start.step, list(self._start.epochs), self._start.event_bytes
        self._started = self._kept = time.perf_counter()

    @property
    def epochs(self) -> int:
        """How many are done."""
        return len(self._epochs)

    @property
    def steps_of_epoch(self) -> int:
        """Steps that are done of the epoch that is not."""
        return self._step - len(self._epochs) * self._steps_per_epoch

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Called by Keras once it has set to zero what is counted of an epoch."""
        if self._point and self.steps_of_epoch:
            load_measures(self._point, self.model)
        self._point = None

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Called by Keras."""
        # The first step is compiled, which takes long, and nothing would be lost with it but an epoch that was
        # validated before.
        if self._checkpoints.signals and self._has_come_on:
            self._checkpoints.signals.hold()

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        """Called by Keras."""
        self._step += 1
        every = self._checkpoints.every_steps
        if self.steps_of_epoch == self._steps_per_epoch:
            # Validation writes events too, which are not there when it is done again.
            self._events = self._checkpoints.event_bytes()
        if self._is_due or (every and self._step % every == 0):
            self.keep()
        if self._checkpoints.signals:
            self._checkpoints.signals.release()

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Called by Keras."""
        self._epochs.append({name: value for name, value in logs.items() if name not in OF_A_STEP})
        if self._is_due:
            self.keep()

    def progress(self) -> Progress:
        """How far training has come, with all that was done before it was resumed."""
        if self.steps_of_epoch < self._steps_per_epoch:
            self._events = self._checkpoints.event_bytes()
        seconds = self._start.seconds + time.perf_counter() - self._started
        return Progress(self._step, tuple(self._epochs), round(seconds, 1), self._events)

    def keep(self) -> None:
        """Hand over a point; raises TrainingError when the one before could not be written."""
        # Two copies of weights and moments at once would be too many.
        self._writer.wait()
        self._writer.write_point(copied_point(self.model, self._checkpoints.batches()), self.progress())
        self._kept = time.perf_counter()

    @contextlib.contextmanager
    def kept_when_stopped(self) -> Iterator[None]:
        """Leave a point when a signal ends the block; without `signals` that may be in the middle of a step: none."""
        try:
            yield
        except KeyboardInterrupt:
            if self._checkpoints.signals and self._has_come_on:
                self.keep()
            raise

    @property
    def _has_come_on(self) -> bool:
        return self._step > self._start.step or len(self._epochs) > len(self._start.epochs)

    @property
    def _is_due(self) -> bool:
        return time.perf_counter() - self._kept >= self._checkpoints.every_seconds
