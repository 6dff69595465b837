"""The native layer against the textbook's in float32, at all shapes, with the masks and the dropout of any seed."""

import dataclasses
from typing import Any

import hypothesis
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import strategies

from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.encoders.transformer_layer import TransformerLayer
from bert_tf.models.kernels.dropout import keep_mask
from bert_tf.models.kernels.native_layer import LayerDropout, native_layer, supports_native, to_examples, to_rows

# A bfloat16 has 8 bits, and a dozen roundings lie between the ends of a layer.
FORWARD, BACKWARD = 0.01, 0.02


@dataclasses.dataclass(frozen=True)
class Case:
    """A layer with weights that bfloat16 holds, and what goes in and comes back."""

    layer: TransformerLayer
    states: tf.Tensor
    mask: tf.Tensor
    upstream: tf.Tensor
    dropout: LayerDropout
    heads: int
    first_only: bool

    @property
    def sources(self) -> list[tf.Variable]:
        return self.layer.trainable_variables


@strategies.composite
def cases(draw: strategies.DrawFn) -> Case:
    batch, length = draw(strategies.integers(1, 7)), draw(strategies.integers(1, 75))
    heads, head_width = draw(strategies.integers(1, 3)), draw(strategies.sampled_from([32, 64]))
    inner = 32 * draw(strategies.integers(1, 4))
    rates = draw(strategies.sampled_from([(0.0, 0.0, 0.0), (0.1, 0.1, 0.1), (0.5, 0.0, 0.25)]))
    seed, first_only = draw(strategies.integers(0, 2**32 - 1)), draw(strategies.booleans())
    return made_case(batch, length, heads, heads * head_width, inner, rates=rates, seed=seed, first_only=first_only)


def made_case(
    batch: int,
    length: int,
    heads: int,
    width: int,
    inner: int,
    *,
    rates: tuple[float, float, float] = (0.0, 0.0, 0.0),
    seed: int = 0,
    first_only: bool = False,
) -> Case:
    generator = np.random.default_rng(seed)

    def normal(*shape: int, scale: float = 1.0) -> tf.Tensor:
        return in_bfloat16(tf.constant(generator.normal(size=shape) * scale, tf.float32))

    config = EncoderConfig(hidden_size=width, heads=heads, inner_size=inner, hidden_dropout=0.0, attention_dropout=0.0)
    layer = TransformerLayer(config, 0, lambda path: lambda shape, dtype=None: normal(*shape, scale=width**-0.5))
    for norm in (layer.attention_norm, layer.outer_norm):
        norm.gamma.assign(normal(width, scale=0.3) + 1.0)
    mask = generator.random((batch, length)) < generator.uniform(0.3, 1.0)
    mask[:, generator.integers(length)] = True
    asked = 1 if first_only else length
    seeds = tuple(tf.constant(word, tf.uint32) for word in generator.integers(0, 2**32, 3))
    return Case(
        layer,
        normal(batch, length, width),
        tf.constant(mask, tf.int32),
        normal(batch, asked, width),
        LayerDropout(seeds, rates),
        heads,
        first_only,
    )


def in_bfloat16(values: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.cast(values, tf.bfloat16), tf.float32)


def textbook(case: Case, states: tf.Tensor) -> tf.Tensor:
    """The encoder layer of Vaswani et al. 2017 in float32, from its formulas."""
    layer, (batch, length, width) = case.layer, states.shape
    query, key, value = (
        tf.reshape(states @ part.kernel + part.bias, [batch, length, case.heads, -1])
        for part in (layer.query, layer.key, layer.value)
    )
    query, residual = (query[:, :1], states[:, :1]) if case.first_only else (query, states)
    scores = tf.einsum("bqnd,bknd->bnqk", query, key) * (width // case.heads) ** -0.5
    scores += (1.0 - tf.cast(case.mask, tf.float32))[:, None, None] * -10000.0
    context = tf.einsum("bnqk,bknd->bqnd", dropped(tf.nn.softmax(scores), case, 0), value)
    context = tf.reshape(context, [batch, -1, width])
    attended = dropped(context @ layer.attention_output.kernel + layer.attention_output.bias, case, 1) + residual
    attended = normalized(attended, layer.attention_norm)
    inner = attended @ layer.inner.kernel + layer.inner.bias
    inner *= 0.5 * (1.0 + tf.math.erf(inner / 2.0**0.5))
    return normalized(dropped(inner @ layer.outer.kernel + layer.outer.bias, case, 2) + attended, layer.outer_norm)


def dropped(values: tf.Tensor, case: Case, site: int) -> tf.Tensor:
    seed, rate = case.dropout.seeds[site], case.dropout.rates[site]
    kept = keep_mask(tf.shape(values), seed, rate) if rate else tf.ones(values.shape, tf.bool)
    return values * tf.cast(kept, tf.float32) / (1.0 - rate)


def normalized(values: tf.Tensor, norm: Any) -> tf.Tensor:
    mean, variance = tf.nn.moments(values, -1, keepdims=True)
    return (values - mean) / tf.sqrt(variance + norm.epsilon) * norm.gamma + norm.beta


def native(case: Case, operations: Any, states: tf.Tensor) -> tf.Tensor:
    rows = native_layer(
        operations,
        case.layer,
        to_rows(tf.cast(states, tf.bfloat16)),
        case.mask,
        dropout=case.dropout,
        heads=case.heads,
        first_only=case.first_only,
    )
    batch, length = case.mask.shape
    return tf.cast(to_examples(rows, batch, 1 if case.first_only else length), tf.float32)


def value_and_gradients(case: Case, function: Any) -> tuple[tf.Tensor, list[np.ndarray]]:
    with tf.GradientTape() as tape:
        tape.watch(case.states)
        result = function(case.states)
    return result, [
        np.asarray(each) for each in tape.gradient(result, [case.states, *case.sources], output_gradients=case.upstream)
    ]


@hypothesis.given(case=cases())
@hypothesis.settings(max_examples=25)
def test_follows_the_textbook_forward_and_back(layer_operations: Any, case: Case):
    check_follows_the_textbook(layer_operations, case)


def test_follows_the_textbook_where_matrices_are_computed_in_parts(layer_operations: Any):
    # More than 1,024 tokens, 384 inputs and 384 outputs of a weight gradient, and 12 panels of a product.
    case = made_case(9, 120, 7, 448, 1568, rates=(0.1, 0.1, 0.1))
    check_follows_the_textbook(layer_operations, case)


def check_follows_the_textbook(layer_operations: Any, case: Case) -> None:
    result, gradients = value_and_gradients(case, lambda states: native(case, layer_operations, states))
    expected, references = value_and_gradients(case, lambda states: textbook(case, states))
    assert np.linalg.norm(result - expected) < FORWARD * np.linalg.norm(expected)
    names = ["states", *(source.name for source in case.sources)]
    # Where a softmax hardly depends on its scores, what is left of their gradients is rounding of the values'.
    values = np.linalg.norm(references[names.index("layers/0/value/kernel:0")])
    for name, gradient, reference in zip(names, gradients, references, strict=True):
        from_scores = 0.01 * values if "query" in name or "key" in name else 0.0
        assert np.linalg.norm(gradient - reference) <= BACKWARD * np.linalg.norm(reference) + from_scores, name


def test_what_is_padding_for_all_takes_part_like_any_token(layer_operations: Any):
    case = made_case(2, 5, 1, 32, 32)
    case = dataclasses.replace(case, mask=tf.zeros_like(case.mask))
    expected = textbook(dataclasses.replace(case, mask=tf.ones_like(case.mask)), case.states)
    result = native(case, layer_operations, case.states)
    assert np.linalg.norm(result - expected) < FORWARD * np.linalg.norm(expected)


@pytest.mark.parametrize("first_only", [False, True])
def test_numbers_are_the_same_with_any_number_of_threads(
    layer_operations: Any, monkeypatch: pytest.MonkeyPatch, first_only: bool
):
    case = made_case(13, 45, 2, 64, 96, rates=(0.1, 0.1, 0.1), first_only=first_only)
    found = []
    for threads in ("1", "2", "5", "5"):
        monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", threads)
        result, gradients = value_and_gradients(case, lambda states: native(case, layer_operations, states))
        found.append([result.numpy(), *gradients])
    for others in found[1:]:
        for one, other in zip(found[0], others, strict=True):
            np.testing.assert_array_equal(one, other)


def test_rows_behind_the_tokens_stay_zeros_for_gradients(layer_operations: Any):
    case = made_case(3, 7, 1, 32, 32)
    rows = to_rows(tf.cast(case.states, tf.bfloat16))
    upstream = to_rows(tf.cast(case.upstream, tf.bfloat16))
    with tf.GradientTape() as tape:
        tape.watch(rows)
        result = native_layer(
            layer_operations, case.layer, rows, case.mask, dropout=case.dropout, heads=1, first_only=False
        )
    gradient = tf.cast(tape.gradient(result, rows, output_gradients=upstream), tf.float32).numpy()
    assert gradient.shape == (32, 32)
    assert np.abs(gradient[:21]).min(axis=1).max() > 0
    np.testing.assert_array_equal(gradient[21:], 0.0)


def test_the_graph_knows_the_shapes(layer_operations: Any):
    case = made_case(2, 3, 2, 64, 96)

    @tf.function(input_signature=[tf.TensorSpec([None, 64], tf.bfloat16), tf.TensorSpec([None, None], tf.int32)])
    def gradients(rows: tf.Tensor, mask: tf.Tensor) -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            result = native_layer(
                layer_operations, case.layer, rows, mask, dropout=case.dropout, heads=2, first_only=True
            )
        assert result.shape.as_list() == [None, 64]
        found = tape.gradient(result, case.sources)
        assert [each.shape for each in found] == [each.shape for each in case.sources]
        return found

    gradients.get_concrete_function()


@pytest.mark.parametrize(
    ("rows", "mask", "heads", "message"),
    [
        ([32, 64], [2, 3], 4, "heads should be 32 or 64 wide, but 4 heads share a width of 64"),
        ([32, 64], [9, 9], 2, r"a native layer of \[9, 9\] tokens should get 96 rows, but gets 32"),
        ([32, 64], [6], 2, r"mask as \[batch, length\], but got \[32, 64\] and \[6\]"),
        ([32, 64], [0, 3], 2, r"needs examples with tokens, but its mask has the shape \[0, 3\]"),
        ([32, 128], [2, 3], 2, r"native layer's bias of the projections should be of the shape \[384\], not \[192\]"),
    ],
)
def test_what_does_not_fit_is_said_in_a_sentence(layer_operations: Any, rows, mask, heads, message):
    case = made_case(2, 3, 2, 64, 96)
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"(?i){message}"):
        native_layer(
            layer_operations,
            case.layer,
            tf.zeros(rows, tf.bfloat16),
            tf.ones(mask, tf.int32),
            dropout=case.dropout,
            heads=heads,
            first_only=False,
        )


def test_supports_says_why_not():
    assert supports_native(EncoderConfig()) is None
    assert "relative positions" in str(supports_native(EncoderConfig(family="mpnet", relative_buckets=32)))
    assert "this encoder's are 16" in str(supports_native(EncoderConfig(hidden_size=64, heads=4)))
    assert "64 and 40" in str(supports_native(EncoderConfig(hidden_size=64, heads=2, inner_size=40)))
