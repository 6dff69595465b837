"""Memory or disk that runs out while training, told in a sentence."""

import contextlib
from collections.abc import Iterator

import tensorflow as tf

from bert_tf.errors import OutOfMemoryError, TrainingError


@contextlib.contextmanager
def shortage_told() -> Iterator[None]:
    """Raises OutOfMemoryError, or TrainingError for the disk, in place of what TensorFlow and Python raise."""
    try:
        yield
    except (tf.errors.ResourceExhaustedError, MemoryError) as problem:
        if "No space left" in str(problem):
            raise TrainingError(
                "The disk is full: TensorBoard's logs or compiled kernels could not be written.",
                hint="free some space, or use other folders: --runs, and BERT_TF_CACHE in the environment",
                kind="machine",
            ) from problem
        raise OutOfMemoryError(
            "Out of memory during training.",
            where="training.batch_size (or training.batch_tokens), text.max_tokens",
            hint="halve one of them, as memory grows with the tokens of a batch, or set training.micro_batch_size",
            kind="machine",
        ) from problem
