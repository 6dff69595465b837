"""A run's event files."""

import contextlib
import dataclasses
import pathlib
from collections.abc import Iterator

import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class Writers:
    """One writer for each folder of event files; TensorBoard may read only the newest file of a folder.

    Attributes:
        run: What is of the run as a whole: hyperparameters, final scores, graph, embeddings.
        train: What is of the training rows.
        validation: What is of the validation rows.
    """

    run: tf.summary.SummaryWriter
    train: tf.summary.SummaryWriter
    validation: tf.summary.SummaryWriter


@contextlib.contextmanager
def open_writers(folder: pathlib.Path) -> Iterator[Writers]:
    """Write event files to a folder and its `train/` and `validation/`, and close them on leaving.

    Each `as_default` of a writer brings what was written to the disk as it ends, and raises
    tf.errors.ResourceExhaustedError when that is full.
    """
    run, train, validation = (
        tf.summary.create_file_writer(str(folder / part)) for part in (".", "train", "validation")
    )
    try:
        yield Writers(run, train, validation)
    finally:
        for writer in (run, train, validation):
            writer.close()
