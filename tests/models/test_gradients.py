"""Against the derivative by hand of a weighted squared error."""

import functools

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_tf.models.gradients import batch_gradients
from bert_tf.models.kernels.rows_in_use import RowsInUse

WORDS, WIDTH = 6, 4


def batch_of(rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ids, two for a row and words that come again; targets; weights that are not alike."""
    generator = np.random.default_rng(rows)
    return (
        generator.integers(0, WORDS, (rows, 2)),
        generator.normal(size=rows).astype("float32"),
        generator.uniform(0.2, 3.0, rows).astype("float32"),
    )


def by_hand(table: np.ndarray, kernel: np.ndarray, batch: tuple[np.ndarray, ...]) -> tuple[float, list[np.ndarray]]:
    """Of Σ w (k·(e1 + e2) - y)² / B: the loss, and its gradients."""
    ids, targets, weights = batch
    pooled = table[ids].sum(1)
    error = pooled @ kernel - targets
    slope = 2 * weights * error / len(targets)
    d_table = np.zeros_like(table)
    np.add.at(d_table, ids, (slope[:, None] * kernel)[:, None])
    return (weights * error**2).mean(), [d_table, slope @ pooled]


class Setting:
    """A table of embeddings and a kernel that the loss depends on, and a variable that it doesn't."""

    def __init__(self) -> None:
        generator = np.random.default_rng(0)
        self.table, self.kernel = (generator.normal(size=shape).astype("float32") for shape in ((WORDS, WIDTH), WIDTH))
        self.variables = [tf.Variable(self.table), tf.Variable([1.0]), tf.Variable(self.kernel)]
        self.calls = 0

    def loss(self, batch: tuple[tf.Tensor, ...]) -> tf.Tensor:
        self.calls += 1
        ids, targets, weights = batch
        table, _, kernel = self.variables
        error = tf.linalg.matvec(tf.reduce_sum(tf.gather(table, ids["words"]), 1), kernel) - targets
        return tf.reduce_mean(tf.square(error) * (1.0 if weights is None else weights))

    def gradients(
        self,
        batch: tuple[np.ndarray, ...],
        rows_per_slice: int | None,
        scale: float = 1.0,
        rows_in_use: RowsInUse | None = None,
        **traced: bool,
    ):
        step = functools.partial(
            batch_gradients,
            self.loss,
            variables=self.variables,
            scaled=lambda loss: loss * scale,
            rows_per_slice=rows_per_slice,
            rows_in_use=rows_in_use,
        )
        ids, targets, weights = (None if array is None else tf.constant(array) for array in batch)
        if traced:
            signature = [tf.TensorSpec([None, *tensor.shape[1:]], tensor.dtype) for tensor in (ids, targets, weights)]
            return tf.function(lambda ids, *rest: step(({"words": ids}, *rest)), input_signature=signature)(
                ids, targets, weights
            )
        return step(({"words": ids}, targets, weights))


@pytest.mark.parametrize("rows_per_slice", [None, 1, 3, 7, 10])
def test_seven_rows(rows_per_slice):
    setting, batch = Setting(), batch_of(7)
    expected, gradients = by_hand(setting.table, setting.kernel, batch)
    loss, (d_table, d_unused, d_kernel) = setting.gradients(batch, rows_per_slice)
    assert d_unused is None
    np.testing.assert_allclose(loss, expected, rtol=1e-5)
    np.testing.assert_allclose(d_table, gradients[0], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(d_kernel, gradients[1], rtol=1e-4, atol=1e-6)


@settings(max_examples=25)
@given(rows=st.integers(1, 9), rows_per_slice=st.integers(1, 11))
def test_any_number_of_rows_in_slices_of_any_size(rows, rows_per_slice):
    setting, batch = Setting(), batch_of(rows)
    expected, gradients = by_hand(setting.table, setting.kernel, batch)
    loss, (d_table, _, d_kernel) = setting.gradients(batch, rows_per_slice)
    assert setting.calls == -(-rows // rows_per_slice)
    np.testing.assert_allclose(loss, expected, rtol=1e-4)
    np.testing.assert_allclose(d_table, gradients[0], rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(d_kernel, gradients[1], rtol=1e-3, atol=1e-5)


def test_a_graph_holds_one_slice_and_takes_any_number_of_rows():
    setting = Setting()
    for rows in (7, 2, 12):
        expected, gradients = by_hand(setting.table, setting.kernel, batch_of(rows))
        loss, (d_table, d_unused, d_kernel) = setting.gradients(batch_of(rows), 3, traced=True)
        assert d_unused is None
        np.testing.assert_allclose(loss, expected, rtol=1e-5)
        np.testing.assert_allclose(d_table, gradients[0], rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(d_kernel, gradients[1], rtol=1e-4, atol=1e-6)
    assert setting.calls == 3


@pytest.mark.parametrize("rows_per_slice", [None, 3])
def test_the_scale_is_the_gradients_and_not_the_losss(rows_per_slice):
    setting, (ids, targets, weights) = Setting(), batch_of(7)
    expected, gradients = by_hand(setting.table, setting.kernel, (ids, targets, np.ones_like(weights)))
    loss, (d_table, _, _) = setting.gradients((ids, targets, None), rows_per_slice, scale=1024.0)
    np.testing.assert_allclose(loss, expected, rtol=1e-5)
    np.testing.assert_allclose(d_table, 1024 * gradients[0], rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("rows_per_slice", [None, 3])
def test_a_gradient_of_the_rows_in_use_is_that_part_of_the_whole_one(rows_per_slice):
    setting, (ids, targets, weights) = Setting(), batch_of(7)
    in_use = np.array([1, 2, 5])
    batch = in_use[ids % 3], targets, weights
    _, gradients = by_hand(setting.table, setting.kernel, batch)
    rows = RowsInUse(setting.variables[0], in_use)
    _, (d_table, _, d_kernel) = setting.gradients(batch, rows_per_slice, rows_in_use=rows)
    np.testing.assert_allclose(d_table, gradients[0][in_use], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(d_kernel, gradients[1], rtol=1e-4, atol=1e-6)
