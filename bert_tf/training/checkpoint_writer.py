"""Writes checkpoints beside the training that goes on."""

import logging
import pathlib
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

import numpy as np

from bert_tf.measures import Measure
from bert_tf.training.checkpoints import best_checkpoint, keep_checkpoints, list_checkpoints, write_checkpoint
from bert_tf.training.resume_points import Progress, Tensors, write_point

_LOG = logging.getLogger(__name__)


class CheckpointWriter:
    """A thread that writes one checkpoint or point at a time, then removes those that are not needed any more.

    Of checkpoints the best and the last stay, of points the last.

    Leaving its `with` block waits for the one that is being written, also when an error or Ctrl-C leaves it.

    Args:
        checkpoints: Folder for `epoch-001` and so on, and for `step-…`.
        monitor: Measured on validation rows; says which is best.
        training: Which they are of, as of `training_id`.
    """

    def __init__(self, checkpoints: pathlib.Path, *, monitor: Measure, training: str = "") -> None:
        self._checkpoints, self._monitor, self._training = checkpoints, monitor, training
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="checkpoint")
        self._pending: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(wait=True)
        if error_type is None:
            self.wait()
        # What is raised already is why the run ends; which epochs are kept is read from the disk.
        elif self._pending and (failure := self._pending.exception()):
            _LOG.warning("The checkpoint that was being written when training ended is lost: %s", failure)

    def write(self, weights: dict[str, np.ndarray], *, epoch: int, metrics: dict[str, float]) -> None:
        """Write what nobody changes any more, as of `write_checkpoint`, once what is being written stands.

        Raises:
            TrainingError: what was written before could not be.
        """
        self.wait()
        self._pending = self._thread.submit(self._write, weights, epoch=epoch, metrics=metrics)

    def write_point(self, tensors: Tensors, progress: Progress) -> None:
        """Write a point, as of `write_point`; waits and raises as `write`."""
        self.wait()
        self._pending = self._thread.submit(self._write_point, tensors, progress)

    def wait(self) -> None:
        """Return when nothing is being written; raises TrainingError when that failed."""
        if self._pending:
            self._pending.result()

    def _write(self, weights: dict[str, np.ndarray], *, epoch: int, metrics: dict[str, float]) -> None:
        newest = best = write_checkpoint(
            self._checkpoints, weights, epoch=epoch, metrics=metrics, training=self._training
        )
        if metrics:
            best = best_checkpoint(list_checkpoints(self._checkpoints), monitor=self._monitor)
        keep_checkpoints(self._checkpoints, [best, newest])

    def _write_point(self, tensors: Tensors, progress: Progress) -> None:
        write_point(self._checkpoints, tensors, progress, training=self._training)
