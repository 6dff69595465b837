"""Whether the native operations compute what they should on this machine, in milliseconds."""

from typing import Any

import numpy as np
import tensorflow as tf

# Two chunks of an operation's work, and a rest that fills no vector.
_SIZE = 32_768 + 5


def fault_of(operations: Any) -> str:
    """What is wrong with the operations of the library, a part of a sentence; empty where all is well."""
    try:
        with tf.init_scope(), tf.device("CPU:0"):
            return "" if _adamw_is_right(operations) else "the optimizer's step is not AdamW's"
    except (AttributeError, tf.errors.OpError) as problem:
        return str(problem).splitlines()[0]


def _adamw_is_right(operations: Any) -> bool:
    generator = np.random.default_rng(0)
    value, gradient, first = (generator.normal(size=_SIZE).astype("float32") for _ in range(3))
    second = np.square(generator.normal(size=_SIZE)).astype("float32")
    norm = operations.bert_tf_global_norm(gradients=[gradient], threads=0)
    clipping, step_size, decay = 0.5, 0.01, 0.001
    found = operations.bert_tf_adam_w(
        values=[value],
        gradients=[gradient],
        first=[first],
        second=[second],
        clipping=clipping,
        step_size=step_size,
        decay=decay,
        decayed=[True],
        owner=0,
        threads=0,
        first_rate=0.1,
        second_rate=0.001,
        epsilon=1e-8,
    )
    clipped = gradient * clipping
    expected_first = first + (clipped - first) * 0.1
    expected_second = second + (clipped**2 - second) * 0.001
    moved = value * decay + expected_first * step_size / (np.sqrt(expected_second) + 1e-8)
    pairs = [
        (norm, np.linalg.norm(gradient)),
        *zip((part[0] for part in found), (value - moved, expected_first, expected_second), strict=True),
    ]
    return all(np.allclose(one, other, rtol=1e-5, atol=1e-6) for one, other in pairs)
