import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from bert_tf.models.frozen.quantization import Quantized, dequantized, dequantized_rows, quantize

WEIGHTS = np.array([[1.27, 0.0, -3e-3], [-0.64, 0.0, 1e-3]], np.float32)


def test_each_output_has_its_own_scale():
    found = quantize(WEIGHTS, axis=0)
    assert found.values.dtype == np.int8
    # The largest of a column is 127 steps: 1.27 in steps of 0.01, 0.003 in steps of 0.003 / 127.
    np.testing.assert_array_equal(found.values, [[127, 0, -127], [-64, 0, 42]])
    np.testing.assert_allclose(found.scales, [[0.01, 1, 3e-3 / 127]], rtol=1e-6)


def test_each_row_of_a_table_has_its_own_scale():
    found = quantize(WEIGHTS.T, axis=1)
    np.testing.assert_array_equal(found.values.T, quantize(WEIGHTS, axis=0).values)
    assert found.scales.shape == (3, 1)


@given(arrays.arrays(np.float32, (5, 3), elements=st.floats(-1e6, 1e6, width=32, allow_subnormal=False)))
def test_no_weight_moves_by_more_than_half_a_step(weights):
    found = quantize(weights, axis=0)
    assert np.abs(found.values.astype(int)).max() <= 127
    moved = np.abs(found.values * found.scales.astype(np.float64) - weights)
    assert (moved <= found.scales * (0.5 + 1e-4)).all()


def test_weights_too_small_for_a_scale_are_zero():
    found = quantize(np.full((2, 1), 1e-45, np.float32), axis=0)
    np.testing.assert_array_equal(found.values, 0)
    np.testing.assert_array_equal(found.scales, 1)


def random_kernel(rows: int, columns: int) -> Quantized:
    generator = np.random.default_rng(rows)
    return quantize(generator.normal(size=(rows, columns)).astype(np.float32), axis=0)


@pytest.mark.parametrize("rows", [1, 255, 256, 700])
@pytest.mark.parametrize("dtype", [tf.float32, tf.bfloat16])
def test_the_pieces_are_the_kernel(rows, dtype):
    kernel = random_kernel(rows, 100)
    expected = tf.cast(kernel.values.astype(np.float32) * kernel.scales, dtype)
    found = dequantized(kernel, dtype)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, expected)


def test_rows_of_a_table():
    table = quantize(WEIGHTS, axis=1)
    ids = tf.constant([[1, 0], [1, 1]])
    found = dequantized_rows(tf.constant(table.values), table, ids, tf.bfloat16)
    assert found.dtype == tf.bfloat16
    np.testing.assert_array_equal(found, tf.cast((table.values * table.scales)[ids.numpy()], tf.bfloat16))


@pytest.mark.usefixtures("in_onednn")
@pytest.mark.parametrize("dtype", [tf.float32, tf.bfloat16])
def test_the_optimizer_makes_a_constant_of_a_kernel(dtype):
    kernel, graph = random_kernel(384, 1536), tf.Graph()
    with graph.as_default():
        rows = tf.compat.v1.placeholder(dtype, [None, 384])
        product = tf.nn.bias_add(tf.matmul(rows, dequantized(kernel, dtype)), tf.ones([1536], dtype))
        ran = tf.compat.v1.RunMetadata()
        with tf.compat.v1.Session(graph=graph) as session:
            options = tf.compat.v1.RunOptions(output_partition_graphs=True)
            ones = np.ones((1, 384), dtype.as_numpy_dtype)
            session.run(product, {rows: ones}, options=options, run_metadata=ran)
    nodes = {node.op: node for partition in ran.partition_graphs for node in partition.node}
    assert not {"Cast", "Mul", "ConcatV2"} & set(nodes)
    # Else oneDNN packs it for each request. What is folded after oneDNN has chosen its operations comes too late.
    assert nodes["_MklNativeFusedMatMul"].attr["is_filter_const"].b
