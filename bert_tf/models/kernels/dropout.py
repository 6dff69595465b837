"""Dropout whose mask is a counter hash: recomputed in the backward pass instead of being stored.

The hash is a xorshift-multiply chain of the kind of C. Wellons, "Prospecting for hash functions" (2018): a handful of
32-bit integer operations per element, which XLA vectorises; TensorFlow's Philox generator costs several times that.
"""

import tensorflow as tf

_GOLDEN = 0x9E3779B1  # 2^32 divided by the golden ratio: consecutive counters land far apart


def _word(value: int) -> tf.Tensor:
    return tf.constant(value % 2**32, tf.uint32)


def _mix(state: tf.Tensor, shift: int, multiplier: int) -> tf.Tensor:
    return tf.bitwise.bitwise_xor(state, tf.bitwise.right_shift(state, _word(shift))) * _word(multiplier)


def site_seeds(seed: tf.Tensor, sites: int) -> list[tf.Tensor]:
    """One well mixed uint32 scalar for each place in the network that drops something.

    An additive offset per site would only shift the rows of one and the same mask, hence the mixing.

    Args:
        seed: Scalar uint32 or int64, another one for each training step.
        sites: How many places there are.
    """
    words = tf.bitcast(tf.cast(seed, tf.int64), tf.uint32)
    site = tf.range(sites, dtype=tf.int32)
    state = words[0] * _word(747796405) + tf.cast(site, tf.uint32) * _word(2891336453)
    state = _mix(_mix(state, 16, 0x7FEB352D), 15, 0x846CA68B) + words[1]
    state = _mix(_mix(state, 16, 0x21F0AAAD), 15, 0xD35A2D97)
    return tf.unstack(_mix(state, 15, _GOLDEN))


def keep_mask(shape: tf.Tensor, seed: tf.Tensor, rate: float) -> tf.Tensor:
    """Boolean mask of a shape, True with probability 1 - rate: a pure function of (seed, row, column)."""
    columns = shape[-1]
    rows = tf.reduce_prod(shape[:-1])
    row = tf.cast(tf.range(rows), tf.uint32)[:, tf.newaxis] * _word(_GOLDEN) + seed
    row = _mix(_mix(row, 16, 0x85EBCA6B), 13, 0xC2B2AE35)
    column = tf.cast(tf.range(columns), tf.uint32)[tf.newaxis] * _word(_GOLDEN)
    state = _mix(row + column, 15, 0x27D4EB2F)
    return tf.reshape(state >= _word(int(rate * 2**32)), shape)


def dropout(values: tf.Tensor, seed: tf.Tensor, rate: float) -> tf.Tensor:
    """Values with a share `rate` of them zeroed and the others divided by 1 - rate. For use inside a kernel."""
    if rate == 0.0:
        return values
    kept = keep_mask(tf.shape(values), seed, rate)
    return tf.where(kept, values * (1.0 / (1.0 - rate)), tf.zeros([], values.dtype))
