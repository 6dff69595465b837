"""Matmuls of transformers' own graph in bfloat16."""

import contextlib
from collections.abc import Iterator

import tensorflow as tf


@contextlib.contextmanager
def bfloat16_matmuls(wanted: bool) -> Iterator[None]:
    """Let TensorFlow multiply in bfloat16 inside graphs of float32 while this is open.

    It is the graph rewrite `auto_mixed_precision_onednn_bfloat16`. Keras' policy `mixed_bfloat16` was measured slower
    than float32 on CPU: everything between two matmuls turns bfloat16 as well, and Eigen is slow at that.
    """
    option = "auto_mixed_precision_onednn_bfloat16"
    if wanted:
        tf.config.optimizer.set_experimental_options({option: True})
    try:
        yield
    finally:
        if wanted:
            tf.config.optimizer.set_experimental_options({option: False})
