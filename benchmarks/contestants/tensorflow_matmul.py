"""A matmul in TensorFlow, which oneDNN does on a CPU."""

from typing import Any

import tensorflow as tf

from benchmarks.worker import Work, serve


def prepare(options: dict[str, Any]) -> Work:
    """Options: shape, [m, k, n] of [m, k] · [k, n]; precision."""
    dtype = tf.as_dtype(options["precision"])
    rows, inner, columns = options["shape"]
    left = tf.cast(tf.random.normal([rows, inner]), dtype)
    right = tf.cast(tf.random.normal([inner, columns]), dtype)
    multiply = tf.function(tf.matmul)
    return lambda count: [float(multiply(left, right)[0, 0]) for _ in range(count)][-1]


if __name__ == "__main__":
    serve(prepare)
