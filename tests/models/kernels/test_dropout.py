"""The mask: its rate, its evenness, and that no two places share it."""

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.models.kernels.dropout import dropout, keep_mask, site_seeds

ROWS, COLUMNS, RATE = 2048, 384, 0.1
DEVIATION = (RATE * (1 - RATE)) ** 0.5


def centred(seed: int, site: int, dtype: tf.DType = tf.uint32) -> np.ndarray:
    seeds = site_seeds(tf.constant(seed, dtype), 20)
    mask = keep_mask(tf.constant([ROWS, COLUMNS]), seeds[site], RATE).numpy()
    return (mask - (1 - RATE)).astype("float32") / DEVIATION


def largest_shifted_correlation(a: np.ndarray, b: np.ndarray, shifts: range) -> float:
    rows = [np.mean(a[shift:] * b[: ROWS - shift]) for shift in shifts]
    columns = [np.mean(a[:, shift:] * b[:, : COLUMNS - shift]) for shift in shifts]
    return float(np.max(np.abs(rows + columns)))


def test_share_of_kept_values_is_even_over_rows_and_columns():
    mask = centred(7, 3)
    assert abs(mask.mean()) < 5 / mask.size**0.5
    assert mask.mean(axis=1).std() == pytest.approx(COLUMNS**-0.5, rel=0.15)
    assert mask.mean(axis=0).std() == pytest.approx(ROWS**-0.5, rel=0.2)


@pytest.mark.parametrize(
    ("first", "second"), [((1, 0), (1, 1)), ((1, 3), (1, 4)), ((1, 0), (2, 0)), ((7, 2), (8, 3)), ((1, 1), (3, 1))]
)
def test_masks_of_sites_and_steps_are_independent(first: tuple[int, int], second: tuple[int, int]):
    noise = (ROWS * COLUMNS) ** -0.5
    assert largest_shifted_correlation(centred(*first), centred(*second), range(9)) < 5.5 * noise


def test_one_mask_has_no_period():
    mask = centred(1, 1)
    assert largest_shifted_correlation(mask, mask, range(1, 65)) < 5.5 * (ROWS * COLUMNS) ** -0.5


def test_both_halves_of_a_long_seed_count():
    low, high = centred(5, 0, tf.int64), centred(5 + 2**40, 0, tf.int64)
    assert abs(np.mean(low * high)) < 5.5 * low.size**-0.5
    np.testing.assert_array_equal(low, centred(5, 0))


def test_kept_values_are_scaled_and_the_others_zero():
    values = dropout(tf.ones([3, 5, 64]), tf.constant(9, tf.uint32), 0.25).numpy()
    np.testing.assert_allclose(np.unique(values), [0.0, 4 / 3], rtol=1e-6)
