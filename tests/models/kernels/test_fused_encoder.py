"""The fused kernels against PyTorch, and against the reference graph with real weights, at several shapes."""

import functools
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras
from tokenizers import Tokenizer

from bert_tf.models.encoder import load_encoder
from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.encoders.tf_bert import TFBertModel
from bert_tf.models.kernels import fused_encoder as encoder_module
from bert_tf.models.kernels.fused_encoder import FusedEncoder, supports

TEXTS = [
    "A film that nobody asked for, and that everybody should see.",
    "Terrible.",
    "The plot thickens until it can no longer be stirred; the actors, wisely, stop trying after the first hour.",
]
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
SIGNATURE = [tf.TensorSpec([None, None], tf.int64)] * 3 + [tf.TensorSpec([None, None, 384])]


@pytest.fixture(scope="module")
def model(minilm: pathlib.Path) -> TFBertModel:
    return load_encoder(minilm)[0]


@pytest.fixture(scope="module")
def first_layers(two_layers: pathlib.Path) -> TFBertModel:
    """Where layers differ in their weights only."""
    return load_encoder(two_layers)[0]


@pytest.fixture(scope="module")
def batches(minilm: pathlib.Path) -> list[list[tf.Tensor]]:
    """Ids, mask, types and a random direction: real text, padded; one odd row; ragged random rows."""
    tokenizer = Tokenizer.from_file(str(minilm / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.enable_padding()
    tokens = tokenizer.encode_batch(TEXTS)
    generator = np.random.default_rng(0)
    batches = [[np.array([getattr(row, name) for row in tokens]) for name in ("ids", "attention_mask", "type_ids")]]
    for batch, length in ((1, 7), (5, 33)):
        ids = generator.integers(1000, 30000, (batch, length))
        mask = np.arange(length) < generator.integers(3, length + 1, (batch, 1))
        types = np.broadcast_to(np.arange(length) > length // 2, ids.shape)
        batches.append([ids, mask, types])
    directions = [generator.normal(size=(*ids.shape, 384)).astype("float32") for ids, _, _ in batches]
    return [
        [*(tf.constant(array.astype("int64")) for array in arrays), tf.constant(direction)]
        for arrays, direction in zip(batches, directions, strict=True)
    ]


def differentiable(states, variables: list[tf.Variable]):
    """States of real tokens and the gradients of their product with a direction, as a function of any shape."""

    @tf.function(input_signature=SIGNATURE)
    def step(ids: tf.Tensor, mask: tf.Tensor, types: tf.Tensor, direction: tf.Tensor):
        with tf.GradientTape() as tape:
            real = states(ids, mask, types) * tf.cast(mask, tf.float32)[:, :, tf.newaxis]
            product = tf.reduce_sum(real * direction)
        return real, [tf.convert_to_tensor(gradient) for gradient in tape.gradient(product, variables)]

    return step


@pytest.fixture(scope="module")
def used(model: TFBertModel) -> list[tf.Variable]:
    """Variables with a gradient: the key's bias shifts all scores of a row alike, and the pooler isn't used."""
    return [v for v in model.trainable_variables if "key/bias" not in v.name and "pooler" not in v.name]


@pytest.fixture(scope="module")
def expected(model: TFBertModel, batches: list[list[tf.Tensor]], used: list[tf.Variable]):
    """What the reference graph gives for each batch."""
    reference = differentiable(lambda *inputs: model(dict(zip(INPUTS, inputs, strict=True))), used)
    return [reference(*batch) for batch in batches]


@pytest.mark.parametrize(
    ("dtype", "tolerance", "similar"),
    [(tf.float32, 1e-4, 0.99999), (tf.bfloat16, 0.1, 0.999), (tf.float16, 0.02, 0.9999)],
)
def test_follows_the_reference_graph_at_any_shape_forward_and_back(
    model: TFBertModel,
    batches: list[list[tf.Tensor]],
    used: list[tf.Variable],
    expected,
    dtype: tf.DType,
    tolerance: float,
    similar: float,
    rounding: float,
):
    allowed = (1 - similar) * (rounding if dtype == tf.bfloat16 else 1.0)
    encoder = FusedEncoder(model, compute_dtype=dtype)
    fused = differentiable(lambda ids, mask, types: encoder(ids, mask, types, seed=None), used)
    for batch, (wanted_states, references) in zip(batches, expected, strict=True):
        states, gradients = fused(*batch)
        np.testing.assert_allclose(states, wanted_states, atol=tolerance)
        for variable, gradient, wanted in zip(used, gradients, references, strict=True):
            a, b = gradient.numpy().ravel().astype("float64"), wanted.numpy().ravel().astype("float64")
            assert a @ b / np.linalg.norm(a) / np.linalg.norm(b) > 1 - allowed, variable.name


@pytest.mark.parametrize(
    ("dtype", "tolerance", "similar"), [(tf.float32, 5e-5, 1 - 1e-7), (tf.bfloat16, 0.15, 0.99)], ids=["32", "16"]
)
def test_every_family_computes_what_pytorch_computes(reference, dtype, tolerance, similar, rounding):
    model = load_encoder(reference.folder)[0]
    encoder = FusedEncoder(model, compute_dtype=dtype)
    allowed = rounding if dtype == tf.bfloat16 else 1.0
    for batch in reference.batches():
        states, gradients = eager(model, functools.partial(encoder, seed=None), batch)
        np.testing.assert_allclose(states[batch.real], batch.states[2][batch.real], atol=tolerance * allowed)
        for path, wanted in batch.compared(model).items():
            a, b = (array.ravel().astype("float64") for array in (gradients[path], wanted))
            assert a @ b / np.linalg.norm(a) / np.linalg.norm(b) > 1 - (1 - similar) * allowed, path
            np.testing.assert_allclose(np.linalg.norm(a), np.linalg.norm(b), rtol=2 * (1 - similar) ** 0.5)


def eager(model, encoder, batch):
    """States of a batch, and the gradients of its loss by the paths of variables."""
    paths, variables = list(batch.compared(model)), model.paths()
    with tf.GradientTape() as tape:
        states = encoder(*(tf.constant(batch.inputs[name]) for name in INPUTS))
        loss = batch.loss(model, states)
    found = tape.gradient(loss, [variables[path] for path in paths])
    return states.numpy(), {path: tf.convert_to_tensor(each).numpy() for path, each in zip(paths, found, strict=True)}


def test_checkpointing_reaches_the_table_of_relative_positions(mpnet_reference):
    model = load_encoder(mpnet_reference.folder)[0]
    batch, seed = mpnet_reference.batches()[0], tf.constant(1, tf.uint32)
    once, twice = (
        eager(model, functools.partial(FusedEncoder(model, compute_dtype=tf.float32, **settings), seed=seed), batch)
        for settings in ({}, {"gradient_checkpointing": True})
    )
    assert np.abs(once[1]["relative_positions/table"]).max() > 0.1
    for path, gradient in once[1].items():
        np.testing.assert_array_equal(gradient, twice[1][path], err_msg=path)


@pytest.mark.parametrize("dtype", [tf.float32, tf.bfloat16])
def test_padding_changes_nothing_and_the_first_token_can_be_had_alone(
    first_layers: TFBertModel, batches: list[list[tf.Tensor]], dtype: tf.DType
):
    encoder = FusedEncoder(first_layers, compute_dtype=dtype)
    ids, mask, types, _ = batches[0]
    states = encoder(ids, mask, types, seed=None)
    noise = tf.where(mask == 1, ids, 2000 + tf.range(ids.shape[1], dtype=tf.int64))
    real = mask.numpy() == 1
    np.testing.assert_array_equal(states.numpy()[real], encoder(noise, mask, types, seed=None).numpy()[real])
    first = encoder(ids, mask, types, seed=None, first_token_only=True)
    assert first.shape == (len(TEXTS), 1, 384)
    np.testing.assert_allclose(first, states[:, :1], atol=1e-5 if dtype == tf.float32 else 0.05)


def test_dropout_is_a_function_of_the_seed(first_layers: TFBertModel, batches: list[list[tf.Tensor]]):
    encoder = FusedEncoder(first_layers, compute_dtype=tf.float32)
    run = tf.function(lambda *inputs, seed: encoder(*inputs, seed=seed), autograph=False)
    one, again, two = (run(*batches[0][:3], seed=tf.constant(seed, tf.int64)).numpy() for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - two).mean() > 0.01


@pytest.mark.parametrize("dtype", [tf.float32, tf.bfloat16])
def test_checkpointing_gives_the_very_same_gradients(
    first_layers: TFBertModel, batches: list[list[tf.Tensor]], dtype: tf.DType
):
    variables = [variable for variable in first_layers.trainable_variables if "pooler" not in variable.name]
    seed = tf.constant(3, tf.uint32)
    results = []
    for checkpointing in (False, True):
        encoder = FusedEncoder(first_layers, compute_dtype=dtype, gradient_checkpointing=checkpointing)
        run = differentiable(functools.partial(encoder, seed=seed), variables)
        results.append([run(*batch) for batch in batches])
    for (states, gradients), (again, recomputed) in zip(*results, strict=True):
        np.testing.assert_array_equal(states, again)
        for variable, one, other in zip(variables, gradients, recomputed, strict=True):
            np.testing.assert_array_equal(one, other, err_msg=variable.name)


_PEAKS = """
import tensorflow as tf
from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.encoders.tf_bert import TFBertModel
from bert_tf.models.kernels.fused_encoder import FusedEncoder

def peak():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))

bert = TFBertModel(EncoderConfig(vocabulary_size=50, hidden_size=64, layers=8, heads=4, inner_size=128))
ids = tf.random.uniform((8, 512), 0, 50, tf.int32, seed=1)
peaks = [peak()]
for checkpointing in (True, False):
    encoder = FusedEncoder(bert, compute_dtype=tf.float32, gradient_checkpointing=checkpointing)

    @tf.function
    def step(ids):
        with tf.GradientTape() as tape:
            states = encoder(ids, tf.ones_like(ids), tf.zeros_like(ids), seed=tf.constant(1, tf.uint32))
            loss = tf.reduce_sum(states)
        return tape.gradient(loss, [weight for layer in bert.transformer_layers for weight in layer.weights])

    step(ids)
    peaks.append(peak())
print(*peaks)
"""


def test_checkpointing_takes_less_memory():
    # The peak of a process only grows: the smaller case goes first.
    done = subprocess.run([sys.executable, "-c", _PEAKS], capture_output=True, text=True, check=True)
    before, with_it, without = (int(number) for number in done.stdout.split())
    # Attention's two matrices of 8 layers are 512 MiB; those of one layer are 64.
    assert without - before > 512
    assert with_it - before < (without - before) / 2


def test_no_two_places_share_a_dropout_seed(monkeypatch: pytest.MonkeyPatch):
    seeds = []

    def recorded(function):
        def call(*arguments, **settings):
            seeds.append(int(settings["seed"]))
            return function(*arguments, **settings)

        return call

    for name in ("embed", "attention", "add_norm"):
        monkeypatch.setattr(encoder_module, name, recorded(getattr(encoder_module, name)))
    bert = TFBertModel(EncoderConfig(vocabulary_size=9, hidden_size=16, layers=2, heads=2, inner_size=16))
    ids = tf.constant([[1, 2, 3]])
    FusedEncoder(bert, compute_dtype=tf.float32)(
        ids, tf.ones_like(ids), tf.zeros_like(ids), seed=tf.constant(5, tf.uint32)
    )
    assert len(seeds) == len(set(seeds)) == 1 + 3 * 2


def test_fit_moves_the_variables_of_the_encoder():
    bert = TFBertModel(EncoderConfig(vocabulary_size=40, hidden_size=32, layers=2, heads=4, inner_size=64))
    variables = [weight for layer in bert.transformer_layers for weight in layer.weights]
    encoder = FusedEncoder(bert, compute_dtype=tf.bfloat16)

    class Classifier(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.bert, self.head = bert, keras.layers.Dense(2)

        def call(self, ids: tf.Tensor, training: bool = False) -> tf.Tensor:
            seed = tf.cast(self.optimizer.iterations, tf.int64) if training else None
            mask, types = tf.ones_like(ids), tf.zeros_like(ids)
            return self.head(encoder(ids, mask, types, seed=seed, first_token_only=True)[:, 0])

    generator = np.random.default_rng(0)
    labels, lengths = generator.integers(0, 2, 128), generator.integers(3, 6, 128)
    rows = [np.where(label, 7, 8).repeat(length) for label, length in zip(labels, lengths, strict=True)]
    data = tf.data.Dataset.from_generator(
        lambda: zip(rows, labels, strict=True),
        output_signature=(tf.TensorSpec([None], tf.int64), tf.TensorSpec([], tf.int64)),
    ).padded_batch(16)
    classifier = Classifier()
    classifier.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    before = [variable.numpy() for variable in variables]
    classifier.fit(data, epochs=4, verbose=0)
    assert classifier.evaluate(data, verbose=0)[1] > 0.95
    # Rounding moves the key's bias too, or it may not: its gradient is zero in theory.
    assert all(np.any(a != b.numpy()) for a, b in zip(before, variables, strict=True) if "key/bias" not in b.name)


def test_supports_says_why_not():
    assert supports(EncoderConfig()) is None
    assert supports(EncoderConfig(family="mpnet", relative_buckets=32)) is None
    assert "gelu_new" in str(supports(EncoderConfig(activation="gelu_new")))
