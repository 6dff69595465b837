"""The native embeddings against their formula in float32 and against the compiled ones, at all shapes."""

import dataclasses
from typing import Any

import hypothesis
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import strategies

from bert_tf.models.kernels.dropout import keep_mask
from bert_tf.models.kernels.embedding import embed
from bert_tf.models.kernels.native_embedding import native_embed
from bert_tf.models.kernels.native_layer import to_examples, to_rows

WORDS, EPSILON = 11, 1e-12


@dataclasses.dataclass(frozen=True)
class Case:
    """Ids and variables, and what comes back for the result, which bfloat16 holds."""

    ids: tf.Tensor
    places: tf.Tensor | None
    sources: list[tf.Variable]  # words, positions, segments where there are any, gamma and beta
    upstream: tf.Tensor
    seed: tf.Tensor
    rate: float

    @property
    def tables(self) -> list[Any]:
        words, positions, *segments, gamma, beta = self.sources
        length = self.ids.shape[1]
        return [words, positions[:length], *(segments or [None]), gamma, beta]

    @property
    def settings(self) -> dict[str, Any]:
        return {"seed": self.seed, "rate": self.rate, "epsilon": EPSILON}


@strategies.composite
def cases(draw: strategies.DrawFn) -> Case:
    batch, length = draw(strategies.integers(1, 9)), draw(strategies.integers(1, 70))
    # The norm of a few numbers hardly depends on them, and what is left of gradients is rounding.
    width = draw(strategies.integers(8, 70))
    segments = draw(strategies.sampled_from([0, 1, 2, 5]))
    rate, seed = draw(strategies.sampled_from([0.0, 0.1, 0.5])), draw(strategies.integers(0, 2**32 - 1))
    return made_case(batch, length, width, segments=segments, rate=rate, seed=seed)


def made_case(batch: int, length: int, width: int, *, segments: int = 2, rate: float = 0.0, seed: int = 0) -> Case:
    generator = np.random.default_rng(seed)
    shapes = [(WORDS, width), (length + 3, width), *[(segments, width)] * (segments > 0), (width,), (width,)]
    upstream = tf.constant(generator.normal(size=(batch, length, width)), tf.bfloat16)
    return Case(
        ids=tf.constant(generator.integers(0, WORDS, (batch, length)), tf.int64),
        places=tf.constant(generator.integers(0, segments, (batch, length)), tf.int64) if segments else None,
        sources=[tf.Variable(generator.normal(size=shape).astype("float32")) for shape in shapes],
        upstream=tf.cast(upstream, tf.float32),
        seed=tf.constant(generator.integers(2**32), tf.uint32),
        rate=rate,
    )


def native(operations: Any, case: Case) -> tf.Tensor:
    rows = native_embed(operations, case.ids, case.places, *case.tables, **case.settings)
    return tf.cast(to_examples(rows, *case.ids.shape), tf.float32)


def textbook(case: Case) -> tf.Tensor:
    words, positions, segments, gamma, beta = case.tables
    x = tf.gather(words, case.ids) + positions
    if segments is not None:
        x += tf.gather(segments, case.places)
    mean, variance = tf.nn.moments(x, -1, keepdims=True)
    x = (x - mean) / tf.sqrt(variance + EPSILON) * gamma + beta
    return x * tf.cast(keep_mask(tf.shape(x), case.seed, case.rate), tf.float32) / (1.0 - case.rate)


def value_and_gradients(case: Case, function: Any) -> list[np.ndarray]:
    with tf.GradientTape() as tape:
        result = function(case)
    gradients = tape.gradient(result, case.sources, output_gradients=case.upstream)
    return [result.numpy(), *(tf.convert_to_tensor(gradient).numpy() for gradient in gradients)]


@hypothesis.given(case=cases())
@hypothesis.settings(max_examples=25)
def test_follows_the_formula_forward_and_back(layer_operations: Any, case: Case):
    check_follows_the_formula(layer_operations, case)


@pytest.mark.parametrize(("batch", "length"), [(300, 2), (3, 300)])
def test_follows_the_formula_where_tasks_are_many(layer_operations: Any, batch: int, length: int):
    check_follows_the_formula(layer_operations, made_case(batch, length, 48, rate=0.1))


def check_follows_the_formula(layer_operations: Any, case: Case) -> None:
    result, *gradients = value_and_gradients(case, lambda case: native(layer_operations, case))
    expected, *references = value_and_gradients(case, textbook)
    # A bfloat16 has 8 bits; what comes back is exact but for the order of sums.
    np.testing.assert_allclose(result, expected, rtol=2**-8, atol=1e-4)
    for gradient, reference in zip(gradients, references, strict=True):
        assert np.linalg.norm(gradient - reference) <= 1e-4 * np.linalg.norm(reference) + 1e-5


def test_are_those_of_the_compiled_kernel(layer_operations: Any):
    case = made_case(3, 9, 32, rate=0.3)

    def compiled(case: Case) -> tf.Tensor:
        states = embed(case.ids, case.places, *case.tables, **case.settings, dtype=tf.bfloat16)
        return tf.cast(states, tf.float32)

    result, *gradients = value_and_gradients(case, lambda case: native(layer_operations, case))
    expected, *references = value_and_gradients(case, compiled)
    np.testing.assert_array_equal(result == 0.0, expected == 0.0)
    np.testing.assert_allclose(result, expected, rtol=2**-7)
    for gradient, reference in zip(gradients, references, strict=True):
        np.testing.assert_allclose(gradient, reference, rtol=1e-4, atol=1e-4)


def test_numbers_are_the_same_with_any_number_of_threads(layer_operations: Any, monkeypatch: pytest.MonkeyPatch):
    case, found = made_case(20, 67, 40, rate=0.1), []
    for threads in ("1", "2", "5"):
        monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", threads)
        found.append(value_and_gradients(case, lambda case: native(layer_operations, case)))
    for others in found[1:]:
        for one, other in zip(found[0], others, strict=True):
            np.testing.assert_array_equal(one, other)


def test_rows_behind_the_tokens_are_zeros_and_nobody_reads_what_comes_back_for_them(layer_operations: Any):
    case = made_case(3, 7, 32)
    with tf.GradientTape(persistent=True) as tape:
        rows = native_embed(layer_operations, case.ids, case.places, *case.tables, **case.settings)
    assert rows.shape == (32, 32)
    np.testing.assert_array_equal(tf.cast(rows[21:], tf.float32), 0.0)
    upstream = to_rows(tf.cast(case.upstream, tf.bfloat16))
    poisoned = tf.concat([upstream[:21], tf.fill([11, 32], tf.constant(np.nan, tf.bfloat16))], 0)
    for one, other in zip(
        *(tape.gradient(rows, case.sources, output_gradients=each) for each in (upstream, poisoned)), strict=True
    ):
        np.testing.assert_array_equal(tf.convert_to_tensor(one), tf.convert_to_tensor(other))


def test_a_graph_has_the_same_gradients_and_compiles_nothing(layer_operations: Any):
    """There gradients lie where words lay."""
    case = made_case(4, 33, 48, rate=0.1)

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int64)] * 2)
    def gradients(ids: tf.Tensor, places: tf.Tensor) -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            words, positions, *others = case.tables
            positions = case.sources[1][: tf.shape(ids)[1]]
            rows = native_embed(layer_operations, ids, places, words, positions, *others, **case.settings)
        assert rows.shape.as_list() == [None, 48]
        found = tape.gradient(rows, case.sources, output_gradients=to_rows(tf.cast(case.upstream, tf.bfloat16)))
        assert isinstance(found[0], tf.IndexedSlices)
        return [tf.convert_to_tensor(each) for each in found]

    _, *expected = value_and_gradients(case, lambda case: native(layer_operations, case))
    for gradient, wanted in zip(gradients(case.ids, case.places), expected, strict=True):
        np.testing.assert_array_equal(gradient, wanted)
    kinds = {operation.type for operation in gradients.get_concrete_function().graph.get_operations()}
    assert {"BertTfEmbedForward", "BertTfEmbedBackward"} <= kinds
    assert not [kind for kind in kinds if "Call" in kind]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"positions": [4, 8]}, "Rows of 5 tokens are longer than the positions that there are, 4"),
        ({"words": [2, 5, 9]}, r"words of tokens should be of the shape \[batch, length, 8\], not \[2, 5, 9\]"),
        ({"words": [0, 5, 8]}, r"need examples with tokens, but their ids have the shape \[0, 5\]"),
        ({"segments": [1, 8]}, "segments of tokens should be from 0 to 0"),
        ({"segments": [2, 4]}, r"should have 8 columns, but has the shape \[2, 4\]"),
        ({"gamma": [8, 1]}, r"gamma of embeddings should be a vector, but has the shape \[8, 1\]"),
        ({"beta": [9]}, r"beta of embeddings should be of the shape \[8\], not \[9\]"),
    ],
)
def test_what_does_not_fit_is_said_in_a_sentence(layer_operations: Any, changed: dict[str, list[int]], message: str):
    shapes = {"words": [2, 5, 8], "positions": [5, 8], "segments": [2, 8], "gamma": [8], "beta": [8]} | changed
    words, *tables = (tf.ones(shape) for shape in shapes.values())
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        layer_operations.bert_tf_embed_forward(
            words, tf.ones([2, 5], tf.int32), *tables, tf.zeros([], tf.uint32), epsilon=EPSILON
        )
