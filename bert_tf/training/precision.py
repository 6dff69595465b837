"""Matmuls of the reference graph in fewer bits."""

import contextlib
from collections.abc import Iterator

import tensorflow as tf

_REWRITES = {"bfloat16": "auto_mixed_precision_onednn_bfloat16", "float16": "auto_mixed_precision"}


@contextlib.contextmanager
def matmuls_in(precision: str) -> Iterator[None]:
    """Let TensorFlow multiply in another format inside graphs of float32 while this is open.

    It is a graph rewrite. Keras' policy `mixed_bfloat16` was measured slower than float32 on CPU: everything between
    two matmuls turns bfloat16 as well, and Eigen is slow at that.

    Args:
        precision: "float32" for no rewrite, "bfloat16" (oneDNN's, on CPU) or "float16" (on GPU).
    """
    rewrite = _REWRITES.get(precision)
    if rewrite:
        tf.config.optimizer.set_experimental_options({rewrite: True})
    try:
        yield
    finally:
        if rewrite:
            tf.config.optimizer.set_experimental_options({rewrite: False})
