"""A run's event files."""

import contextlib
import dataclasses
import os
import pathlib
from collections.abc import Iterator, Mapping

import tensorflow as tf

from bert_tf.training.tensorboard.event_thread import EventThread

_EVENT_FILES = "events.out.tfevents.*"


@dataclasses.dataclass(frozen=True)
class Writers:
    """One writer for each folder of event files; TensorBoard may read only the newest file of a folder.

    Attributes:
        run: What is of the run as a whole: hyperparameters, final scores, graph, embeddings.
        train: What is of the training rows.
        validation: What is of the validation rows.
        thread: Writes to them while training goes on.
    """

    run: tf.summary.SummaryWriter
    train: tf.summary.SummaryWriter
    validation: tf.summary.SummaryWriter
    thread: EventThread


@contextlib.contextmanager
def open_writers(folder: pathlib.Path) -> Iterator[Writers]:
    """Write event files to a folder and its `train/` and `validation/`, and close them on leaving, when the thread has
    written what it was given.

    Each `as_default` of a writer brings what was written to the disk as it ends, and raises
    tf.errors.ResourceExhaustedError when that is full.
    """
    run, train, validation = (
        tf.summary.create_file_writer(str(folder / part)) for part in (".", "train", "validation")
    )
    try:
        with EventThread() as thread:
            yield Writers(run, train, validation, thread)
    finally:
        for writer in (run, train, validation):
            writer.close()


def event_bytes(folder: pathlib.Path) -> dict[str, int]:
    """Size of each event file in a folder and below it, by its path there; what writers hold back is not counted,
    and what their thread has not written yet neither."""
    return {str(file.relative_to(folder)): file.stat().st_size for file in sorted(folder.rglob(_EVENT_FILES))}


def cut_events(folder: pathlib.Path, sizes: Mapping[str, int]) -> None:
    """Take from event files what was written later than they had these sizes, so that nothing is shown twice.

    Args:
        folder: As of `event_bytes`.
        sizes: What it gave; files that are not among them go.

    Raises:
        OSError: a file can't be changed.
    """
    for file in folder.rglob(_EVENT_FILES):
        size = sizes.get(str(file.relative_to(folder)))
        if size is None:
            file.unlink()
        elif file.stat().st_size > size:
            # Records stand one behind the other, and the last one was whole.
            os.truncate(file, size)
