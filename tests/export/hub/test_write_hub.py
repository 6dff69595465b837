"""The pair of a real run, as those use it who have tensorflow_hub and nothing of bert_tf."""

import pathlib
import shutil
import stat
import sys

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_hub as hub
import tf_keras as keras
from transformers import BertTokenizerFast

from bert_tf import training_api
from bert_tf.models.encoder import load_encoder
from bert_tf.models.encoder_sources import HUB_MODULE_FILES, locate_encoder
from bert_tf.runs.run import open_run

TEXTS = ["the match was won in extra time", "shares fell on the news", "", "long " * 60]
WIDTH = 384


@pytest.fixture(scope="module")
def folder(trained) -> pathlib.Path:
    return trained.model.parent / "hub"


@pytest.fixture(scope="module")
def preprocessor(folder):
    return hub.load(str(folder / "preprocessor"))


@pytest.fixture(scope="module")
def encoder(folder):
    return hub.load(str(folder / "encoder"))


@pytest.fixture(scope="module")
def reference(minilm):
    return BertTokenizerFast.from_pretrained(minilm)


def same_inputs(found, expected):
    for name, theirs in {
        "input_word_ids": "input_ids",
        "input_mask": "attention_mask",
        "input_type_ids": "token_type_ids",
    }.items():
        np.testing.assert_array_equal(found[name], expected[theirs])
        assert found[name].dtype == tf.int32


def test_texts_to_inputs(preprocessor, reference):
    # 32 is the run's own max_tokens.
    same_inputs(preprocessor(TEXTS), reference(TEXTS, truncation=True, padding="max_length", max_length=32))


@pytest.mark.parametrize("length", [8, 16, 37, 128])
def test_tokens_are_packed_to_any_length(preprocessor, reference, length):
    tokens = preprocessor.tokenize(TEXTS)
    expected = [reference(text, add_special_tokens=False)["input_ids"] for text in TEXTS]
    assert tokens.to_list() == expected
    single = reference(TEXTS, truncation=True, padding="max_length", max_length=length)
    same_inputs(preprocessor.bert_pack_inputs([tokens], seq_length=length), single)
    seconds = TEXTS[::-1]
    pairs = reference(TEXTS, seconds, truncation="longest_first", padding="max_length", max_length=length)
    both = [tokens, preprocessor.tokenize(seconds)]
    same_inputs(preprocessor.bert_pack_inputs(both, seq_length=tf.constant(length)), pairs)


def test_special_tokens_are_told(preprocessor, reference):
    found = {name: int(value) for name, value in preprocessor.tokenize.get_special_tokens_dict().items()}
    assert found == {
        "vocab_size": len(reference),
        "start_of_sequence_id": reference.cls_token_id,
        "end_of_segment_id": reference.sep_token_id,
        "padding_id": reference.pad_token_id,
    }


def test_outputs_are_those_of_the_fine_tuned_encoder(folder, preprocessor, encoder, trained):
    inputs = preprocessor(TEXTS)
    outputs = encoder(inputs)
    assert set(outputs) == {"default", "pooled_output", "sequence_output", "encoder_outputs"}
    # Read from the safetensors file, and not by way of the SavedModel.
    own = load_encoder(folder / "encoder" / HUB_MODULE_FILES)[0]
    named = {
        "input_ids": inputs["input_word_ids"],
        "attention_mask": inputs["input_mask"],
        "token_type_ids": inputs["input_type_ids"],
    }
    states = own.hidden_states(named)
    # Of padding, states mean nothing.
    real = inputs["input_mask"].numpy() == 1
    np.testing.assert_allclose(outputs["sequence_output"].numpy()[real], states[-1].numpy()[real], atol=2e-5)
    np.testing.assert_allclose(outputs["pooled_output"], own.pooled(states[-1]), atol=2e-5)
    np.testing.assert_array_equal(outputs["default"], outputs["pooled_output"])
    assert len(outputs["encoder_outputs"]) == 2
    for layer, hidden in zip(outputs["encoder_outputs"], states[1:], strict=True):
        np.testing.assert_allclose(layer.numpy()[real], hidden.numpy()[real], atol=2e-5)
    before = open_run(trained.run).recipe_values["model"]["encoder"]
    untuned = load_encoder(pathlib.Path(before))[0]
    assert np.abs(untuned.pooled(untuned(named)) - outputs["pooled_output"]).max() > 1e-2


def test_dropout_answers_to_training(preprocessor, encoder):
    inputs = preprocessor(TEXTS)
    still = [encoder(inputs, training=False)["default"] for _ in range(2)]
    moved = [encoder(inputs, training=True)["default"] for _ in range(2)]
    np.testing.assert_allclose(still[0], still[1], atol=1e-6)
    np.testing.assert_allclose(still[0], encoder(inputs)["default"], atol=1e-6)
    assert np.abs(moved[0] - still[0]).max() > 1e-2
    assert np.abs(moved[0] - moved[1]).max() > 1e-2


def test_what_a_reusable_model_has(preprocessor, encoder):
    assert len(encoder.variables) == len(encoder.trainable_variables) > 30
    assert {variable.dtype for variable in encoder.variables} == {tf.float32}
    assert list(encoder.regularization_losses) == []
    assert list(preprocessor.trainable_variables) == []


def classifier(folder, *, trainable=True):
    """Two labels on top of the pair, built with tf_keras and tensorflow_hub only."""
    pair = hub.load(str(folder / "preprocessor"))
    texts = keras.layers.Input(shape=(), dtype=tf.string)
    tokens = hub.KerasLayer(pair.tokenize)(texts)
    packed = hub.KerasLayer(pair.bert_pack_inputs, arguments={"seq_length": 16})([tokens])
    assert {tensor.shape.as_list()[1] for tensor in packed.values()} == {16}
    # Called as a whole, it packs to the run's own max_tokens.
    whole = hub.KerasLayer(str(folder / "preprocessor"))(texts)
    assert {tensor.shape.as_list()[1] for tensor in whole.values()} == {32}
    layer = hub.KerasLayer(str(folder / "encoder"), trainable=trainable)
    outputs = layer(packed)
    assert outputs["sequence_output"].shape.as_list() == [None, 16, WIDTH]
    assert outputs["pooled_output"].shape.as_list() == [None, WIDTH]
    return keras.Model(texts, keras.layers.Dense(2)(outputs["default"])), layer


def test_fine_tuning_moves_the_encoder(folder):
    keras.utils.set_random_seed(1)
    model, layer = classifier(folder)
    before = [variable.numpy() for variable in layer.trainable_variables]
    model.compile(
        keras.optimizers.Adam(2e-4), keras.losses.SparseCategoricalCrossentropy(from_logits=True), run_eagerly=False
    )
    texts, labels = tf.constant(["a fine goal", "the bank's profit"] * 4), tf.constant([0, 1] * 4)
    losses = model.fit(texts, labels, batch_size=8, epochs=6, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 2
    moved = [not np.array_equal(then, now.numpy()) for then, now in zip(before, layer.trainable_variables, strict=True)]
    assert all(moved)


def test_saved_again_it_needs_no_original(folder, tmp_path):
    copy = tmp_path / "hub"
    shutil.copytree(folder, copy)
    model, _ = classifier(copy, trainable=False)
    expected = model(tf.constant(TEXTS)).numpy()
    tf.saved_model.save(model, str(tmp_path / "again"))
    shutil.rmtree(copy)
    loaded = tf.saved_model.load(str(tmp_path / "again"))
    np.testing.assert_allclose(loaded(tf.constant(TEXTS)), expected, atol=1e-5)


def test_nothing_of_this_machine_is_inside(folder, trained):
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for place in (sys.prefix, str(trained.run), str(pathlib.Path(__file__).parents[3])):
                assert place.encode() not in content, path


def test_as_an_encoder_it_has_the_fine_tuned_weights(folder, encoder):
    found = locate_encoder(str(folder / "encoder"))
    loaded, given = load_encoder(found.folder)
    assert given == (True, None)
    for mine, theirs in zip(loaded.weights, encoder.variables, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_whoever_serves_may_read_every_file(folder):
    modes = {path.name: stat.filemode(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    assert set(modes.values()) == {modes["saved_model.pb"]}, modes


def test_it_goes_round_through_train(folder, cache, tmp_path, monkeypatch):
    monkeypatch.setenv("BERT_TF_CACHE", str(cache))
    encoder = folder / "encoder"
    few = {"data.train": "all[:40]", "text.max_tokens": 16, "training.epochs": 1, "model.kernels": "reference"}
    trained = training_api.train("bbc-news", {**few, "model.encoder": str(encoder)}, runs_folder=tmp_path, export=False)
    run = open_run(trained.path)
    assert run.facts["encoder"]["weights_sha256"] == locate_encoder(str(encoder)).weights_sha256
    assert run.facts["pooling"] == "pooler"
