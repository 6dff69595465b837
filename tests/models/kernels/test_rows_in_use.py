"""A table of which AdamW knows some rows only, against the same table trained whole."""

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.errors import ModelError
from bert_tf.models.kernels.adamw import FusedAdamW
from bert_tf.models.kernels.rows_in_use import RowsInUse
from bert_tf.training.optimizer import adamw

WORDS, WIDTH, STEPS = 60, 24, 200
IDS = np.array([0, 3, 4, 17, 18, 40, 58])
OTHERS = np.setdiff1d(np.arange(WORDS), IDS)
START = np.random.default_rng(0).normal(scale=0.05, size=(WORDS, WIDTH)).astype("float32")
# Which row each step doesn't read, so that rows with and without gradient take turns.
LEFT_OUT = np.random.default_rng(1).integers(0, len(IDS), STEPS)
RATE, DECAY = 1e-2, 0.1


def optimizer(clip_norm: float) -> FusedAdamW:
    return adamw(
        learning_rate=RATE, schedule="linear", warmup=0.25, total_steps=STEPS, weight_decay=DECAY, clip_norm=clip_norm
    )


def trained(ids: np.ndarray | None, *, clip_norm: float = 1.0, settle_every: int = STEPS) -> np.ndarray:
    """The table after all steps; `ids` are the rows in use, None trains all rows."""
    table, made = tf.Variable(START), optimizer(clip_norm)
    rows = made.rows = None if ids is None else RowsInUse(table, ids)
    made.build([table])
    generator = np.random.default_rng(2)

    @tf.function
    def step(values: tf.Tensor, read: tf.Tensor) -> None:
        made.apply_gradients([(tf.IndexedSlices(values, read, tf.constant([WORDS, WIDTH])), table)])

    for number, left_out in enumerate(LEFT_OUT, 1):
        # Every other row comes twice.
        read = np.delete(IDS, left_out)[[0, 1, 2, 3, 4, 5, 0, 2, 4]]
        step(tf.constant(generator.normal(size=(9, WIDTH)), tf.float32), tf.constant(read))
        if rows and (number % settle_every == 0 or number == STEPS):
            rows.settle()
    return table.numpy()


@pytest.fixture(scope="module")
def whole() -> np.ndarray:
    return trained(None)


@pytest.fixture(scope="module")
def in_part() -> np.ndarray:
    return trained(IDS)


def test_equals_the_plain_optimizer_after_two_hundred_steps(whole, in_part):
    np.testing.assert_allclose(in_part, whole, atol=1e-6)
    assert np.abs(in_part - START).max() > 0.1


def test_without_a_norm_whose_sum_has_another_order_all_bits_are_the_plain_ones():
    np.testing.assert_array_equal(trained(IDS, clip_norm=0.0), trained(None, clip_norm=0.0))


def test_rows_that_no_text_has_only_decay(in_part):
    rising = np.arange(50) / 50
    rates = RATE * np.concatenate([rising, 1 - np.arange(150) / 150])
    left = np.prod(1 - DECAY * rates)
    assert left < 0.91
    np.testing.assert_allclose(in_part[OTHERS], START[OTHERS] * left, rtol=1e-5)


@pytest.mark.parametrize("every", [1, 7])
def test_when_decay_is_taken_off_changes_no_bit(in_part, every):
    np.testing.assert_array_equal(trained(IDS, settle_every=every), in_part)


def test_a_step_that_a_scaled_loss_passes_over_takes_no_other_steps_decay_along():
    table = tf.Variable(START)
    shape = {"learning_rate": RATE, "schedule": "constant", "warmup": 0.0, "total_steps": 40}
    made = adamw(**shape, weight_decay=DECAY, clip_norm=1.0, scale_loss=True)
    rows = made.inner_optimizer.rows = RowsInUse(table, IDS)
    made.build([table])

    @tf.function
    def step(gradient: tf.Tensor) -> None:
        values = tf.fill([len(IDS), WIDTH], gradient)
        made.apply_gradients([(tf.IndexedSlices(values, tf.constant(IDS), tf.constant([WORDS, WIDTH])), table)])

    # The step behind which 32 decays would be taken off.
    for number in range(34):
        step(tf.constant(np.inf if number == 31 else 1.0, tf.float32))
    rows.settle()
    np.testing.assert_allclose(table.numpy()[OTHERS], START[OTHERS] * (1 - DECAY * RATE) ** 33, rtol=1e-5)


@pytest.fixture
def rows() -> RowsInUse:
    return RowsInUse(tf.Variable(START), IDS)


def test_a_table_lags_behind_until_it_is_settled(rows):
    rows.decay(tf.constant(0.5))
    np.testing.assert_array_equal(rows.table, START)
    rows.settle()
    np.testing.assert_array_equal(rows.table.numpy()[OTHERS], START[OTHERS] / 2)
    np.testing.assert_array_equal(rows.table.numpy()[IDS], START[IDS])
    rows.settle()
    np.testing.assert_array_equal(rows.table.numpy()[OTHERS], START[OTHERS] / 2)


def test_a_gradient_of_a_row_that_is_not_in_use_is_an_error(rows):
    inside, outside = (
        tf.IndexedSlices(tf.ones([2, WIDTH]), tf.constant([17, index]), tf.constant([WORDS, WIDTH]))
        for index in (40, 41)
    )
    expected = np.zeros((len(IDS), WIDTH))
    expected[[3, 5]] = 1.0
    np.testing.assert_array_equal(tf.convert_to_tensor(rows.gradient(inside)), expected)
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.convert_to_tensor(rows.gradient(outside))


def test_moments_of_all_rows_and_of_those_in_use(rows):
    part = np.random.default_rng(3).normal(size=rows.shape).astype("float32")
    whole = rows.whole(tf.Variable(part))
    np.testing.assert_array_equal(whole[IDS], part)
    assert not whole[OTHERS].any()
    np.testing.assert_array_equal(rows.part(whole), part)
    whole[OTHERS[0], 1] = 1.0
    with pytest.raises(ModelError, match="moments of words that the training texts don't have"):
        rows.part(whole)
