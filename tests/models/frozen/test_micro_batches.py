"""Slices of a batch: together the whole, none too small, several at a time."""

import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_tf.models.frozen.micro_batches import in_micro_batches


def sizes(rows: int, length: int, *, tokens: int) -> list[int]:
    """How many rows each row was computed with."""
    told = in_micro_batches(
        lambda part: tf.fill([tf.shape(part)[0], 1], tf.cast(tf.shape(part)[0], tf.float32)),
        tf.zeros([rows, length]),
        tokens=tokens,
    )
    return [int(size) for size in told.numpy()[:, 0]]


def test_as_many_slices_as_have_enough_tokens():
    assert sizes(20, 256, tokens=1024) == [4] * 20
    # Eleven rows of 256 tokens are 2,816: two slices, as even as rows allow.
    assert sizes(11, 256, tokens=1024) == [5] * 5 + [6] * 6
    assert sizes(7, 256, tokens=1024) == [7] * 7
    assert sizes(3, 4096, tokens=1024) == [1] * 3
    assert sizes(1, 5, tokens=1024) == [1]
    assert sizes(0, 256, tokens=1024) == []


@settings(max_examples=50)
@given(rows=st.integers(0, 40), length=st.integers(1, 9), tokens=st.integers(1, 60))
def test_together_the_whole(rows, length, tokens):
    values = np.random.default_rng(rows).normal(size=(rows, length)).astype(np.float32)
    seen = []

    def doubled(part: tf.Tensor, same: tf.Tensor) -> tf.Tensor:
        seen.append(len(part))
        return part + same

    told = in_micro_batches(doubled, tf.constant(values), tf.constant(values), tokens=tokens)
    np.testing.assert_array_equal(told, 2 * values)
    assert max(seen) - min(seen) <= 1
    assert len(seen) == 1 or min(seen) > 0
    assert len(seen) == 1 or rows * length / len(seen) >= tokens
    assert max(seen) == 1 or rows * length / (len(seen) + 1) < tokens


def test_several_slices_at_a_time():
    graph = tf.Graph()
    with graph.as_default():
        in_micro_batches(tf.identity, tf.compat.v1.placeholder(tf.float32, [None, None]), at_once=3)
    (loop,) = (operation for operation in graph.get_operations() if operation.type == "StatelessWhile")
    assert loop.get_attr("parallel_iterations") == 3
