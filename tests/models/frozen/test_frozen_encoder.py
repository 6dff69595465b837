"""The frozen encoder against PyTorch and the reference graph, and what TensorFlow's optimizer makes of its graph."""

import collections
import pathlib

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.models.encoder import load_encoder
from bert_tf.models.encoders.transformer_encoder import TransformerEncoder
from bert_tf.models.frozen.frozen_encoder import FrozenEncoder

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
SPECS = [tf.TensorSpec([None, None], tf.int32)] * 3


@pytest.fixture(scope="module")
def model(minilm: pathlib.Path) -> TransformerEncoder:
    return load_encoder(minilm)[0]


@pytest.fixture(scope="module")
def frozen(model: TransformerEncoder):
    """States by (dtype, first_token_only), traced once for all shapes."""

    def states(dtype: tf.DType, first_token_only: bool):
        encoder = FrozenEncoder(model, compute_dtype=dtype)
        function = tf.function(
            lambda *inputs: encoder(*inputs, first_token_only=first_token_only), input_signature=SPECS
        )
        # Keeps the encoder, whose variable a function doesn't.
        return lambda *inputs, keep=encoder: function(*inputs)

    dtypes = (tf.float32, tf.bfloat16)
    return {(dtype, first): states(dtype, first) for dtype in dtypes for first in (False, True)}


def batch(rows: int, length: int, *, seed: int) -> list[tf.Tensor]:
    """Ids, a ragged mask with at least two tokens a row, and two segments."""
    generator = np.random.default_rng(seed)
    ids = generator.integers(1000, 30000, (rows, length))
    mask = np.arange(length) < generator.integers(2, length + 1, (rows, 1))
    types = np.broadcast_to(np.arange(length) > length // 2, ids.shape)
    return [tf.constant(array, tf.int32) for array in (ids, mask, types)]


def plain(model: TransformerEncoder, ids: tf.Tensor, mask: tf.Tensor, types: tf.Tensor) -> tf.Tensor:
    return model({"input_ids": ids, "attention_mask": mask, "token_type_ids": types})


@pytest.mark.parametrize("quantized", [False, True])
@pytest.mark.parametrize("dtype", [tf.float32, tf.bfloat16])
def test_every_family_computes_what_pytorch_computes(reference, dtype, quantized, rounding):
    encoder = FrozenEncoder(load_encoder(reference.folder)[0], compute_dtype=dtype, quantized=quantized)
    for batch in reference.batches():
        ids, mask, types = (tf.constant(batch.inputs[name]) for name in INPUTS)
        expected = batch.states[2]
        states = encoder(ids, mask, types).numpy()
        first = encoder(ids, mask, types, first_token_only=True).numpy()
        if quantized or dtype == tf.bfloat16:
            allowed = 0.02 if quantized else 0.01 * rounding
            got, wanted = states[batch.real], expected[batch.real]
            cosine = np.sum(got * wanted, -1) / np.linalg.norm(got, axis=-1) / np.linalg.norm(wanted, axis=-1)
            assert 1 - allowed < cosine.min() < 1 - 1e-7
            np.testing.assert_allclose(first, states[:, :1], atol=0.1)
        else:
            np.testing.assert_allclose(states[batch.real], expected[batch.real], atol=5e-5)
            np.testing.assert_allclose(first, expected[:, :1], atol=5e-5)


# The last one is computed in three slices.
SHAPES = [(1, 2), (1, 7), (5, 33), (8, 64), (3, 129), (2, 512), (49, 129)]


@pytest.fixture(scope="module", params=SHAPES, ids=str)
def compared(request: pytest.FixtureRequest, model: TransformerEncoder) -> tuple[list[tf.Tensor], np.ndarray]:
    """A batch of a shape and the reference graph's states."""
    rows, length = request.param
    inputs = batch(rows, length, seed=rows)
    return inputs, plain(model, *inputs).numpy()


def test_float32_is_the_reference(frozen, compared):
    inputs, expected = compared
    real = inputs[1].numpy().astype(bool)
    states = frozen[tf.float32, False](*inputs)
    np.testing.assert_allclose(states.numpy()[real], expected[real], atol=2e-5)
    np.testing.assert_allclose(frozen[tf.float32, True](*inputs), expected[:, :1], atol=2e-5)


def test_bfloat16_points_the_same_way(frozen, rounding, compared):
    inputs, expected = compared
    for first in (False, True):
        states = frozen[tf.bfloat16, first](*inputs).numpy()
        real = inputs[1].numpy()[:, : states.shape[1]].astype(bool)
        got, wanted = states[real], expected[:, : states.shape[1]][real]
        cosine = np.sum(got * wanted, -1) / np.linalg.norm(got, axis=-1) / np.linalg.norm(wanted, axis=-1)
        assert cosine.min() > 1 - 0.001 * rounding


@pytest.mark.parametrize("dtype", [tf.float32, tf.bfloat16])
def test_weights_in_eight_bits_point_the_same_way(model, dtype):
    ids, mask, types = batch(5, 33, seed=5)
    expected = plain(model, ids, mask, types).numpy()[:, 0]
    got = FrozenEncoder(model, compute_dtype=dtype, quantized=True)(ids, mask, types).numpy()[:, 0]
    cosine = np.sum(got * expected, -1) / np.linalg.norm(got, axis=-1) / np.linalg.norm(expected, axis=-1)
    assert 0.99 < cosine.min() < 1 - 1e-6


def test_padding_changes_nothing(frozen):
    ids, mask, types = (tensor[:, :20] for tensor in batch(4, 33, seed=3))
    mask = tf.ones_like(mask)
    longer = [
        tf.pad(tensor, [[0, 0], [0, 13]], constant_values=fill) for tensor, fill in ((ids, 77), (mask, 0), (types, 1))
    ]
    for dtype, allowed in ((tf.float32, 1e-5), (tf.bfloat16, 0.05)):
        padded = frozen[dtype, False](*longer)[:, :20]
        np.testing.assert_allclose(padded, frozen[dtype, False](ids, mask, types), atol=allowed)


def test_no_rows(frozen):
    nothing = [tf.zeros([0, 5], tf.int32)] * 3
    for (_, first), states in frozen.items():
        assert states(*nothing).shape == (0, 1 if first else 5, 384)


def test_weights_are_those_of_construction(minilm):
    model = load_encoder(minilm)[0]
    encoder = FrozenEncoder(model, compute_dtype=tf.float32)
    inputs = batch(2, 9, seed=1)
    before = encoder(*inputs)
    for weight in model.weights:
        weight.assign(tf.zeros_like(weight))
    np.testing.assert_array_equal(encoder(*inputs), before)


def optimized_nodes(model: TransformerEncoder, dtype: tf.DType, *, first_token_only: bool, quantized: bool) -> list:
    """The nodes of the graph that TensorFlow really runs."""
    encoder = FrozenEncoder(model, compute_dtype=dtype, quantized=quantized)
    encoder.words = encoder.words.numpy()
    graph = tf.Graph()
    with graph.as_default():
        inputs = [tf.compat.v1.placeholder(tf.int32, [None, None]) for _ in range(3)]
        states = encoder(*inputs, first_token_only=first_token_only)
        ran = tf.compat.v1.RunMetadata()
        with tf.compat.v1.Session(graph=graph) as session:
            options = tf.compat.v1.RunOptions(output_partition_graphs=True)
            ones = np.ones((2, 16), np.int32)
            session.run(states, dict.fromkeys(inputs, ones), options=options, run_metadata=ran)
    return [node for partition in ran.partition_graphs for node in partition.node]


@pytest.mark.usefixtures("in_onednn")
@pytest.mark.parametrize("quantized", [False, True])
@pytest.mark.parametrize("dtype", [tf.float32, tf.bfloat16])
def test_tensorflow_fuses_all_that_it_can(model, dtype, quantized):
    nodes = optimized_nodes(model, dtype, first_token_only=False, quantized=quantized)
    found = collections.Counter(node.op for node in nodes)
    layers = model.config.layers
    assert found["_MklLayerNorm"] == 2 * layers + 1
    # Query, key, value, attention's output, and the two of the feed-forward block.
    assert found["_MklNativeFusedMatMul"] == 6 * layers
    # Weights that oneDNN need not pack for each batch.
    assert all(node.attr["is_filter_const"].b for node in nodes if node.op == "_MklNativeFusedMatMul")
    # Of the embeddings two sums, and one a layer that puts the mask into the key; those of integers count slices.
    sums = [node for node in nodes if node.op == "AddV2" and node.attr["T"].type != tf.int32.as_datatype_enum]
    assert len(sums) == 2 + layers
    assert not {"Erf", "SquaredDifference", "Mean", "BiasAdd", "MatMul", "_MklMatMul"} & set(found)
