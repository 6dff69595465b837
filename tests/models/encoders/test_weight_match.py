"""Names and shapes: a file's weights against what a config.json describes."""

import json
import logging
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from bert_tf.errors import ModelError
from bert_tf.models.encoder import load_encoder, make_encoder
from bert_tf.models.encoders.encoder_config import load_config
from bert_tf.models.encoders.weight_names import weight_places


@pytest.fixture
def bert(reference_folder, tmp_path):
    """A copy of the small BERT."""
    folder = tmp_path / "bert"
    shutil.copytree(reference_folder / "bert", folder)
    return folder


def rewritten(folder, change, **metadata):
    weights = load_file(folder / "model.safetensors")
    save_file(change(weights), folder / "model.safetensors", metadata={"format": "pt", **metadata})
    return folder


def set_config(folder, **values):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_every_variable_has_its_place(reference):
    config = load_config(reference.folder)
    places, paths = weight_places(config), make_encoder(config).paths()
    assert {path: place.shape for path, place in places.items()} == {
        path: tuple(variable.shape) for path, variable in paths.items()
    }
    # And transformers writes exactly these.
    written = {name: value.shape for name, value in load_file(reference.folder / "model.safetensors").items()}
    assert {place.name: place.shape_in_file for place in places.values()} == written


def weights_of(folder):
    return [variable.numpy() for variable in load_encoder(folder)[0].weights]


@pytest.mark.parametrize("prefix", ["bert.", ""])
def test_names_with_a_head_and_of_old_files(bert, prefix, caplog):
    expected = weights_of(bert)

    def change(weights):
        renamed = {}
        for name, value in weights.items():
            old = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
            renamed[prefix + old] = value
        heads = ("cls.predictions.bias", "cls.seq_relationship.weight", "classifier.weight", "lm_head.dense.bias")
        buffers = {f"{prefix}embeddings.position_ids": np.arange(26)}
        return {**renamed, **buffers, **{name: np.float32([1]) for name in heads}}

    with caplog.at_level(logging.WARNING):
        found = weights_of(rewritten(bert, change))
    for mine, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert not caplog.records


def test_what_is_left_over_is_told(bert, caplog):
    set_config(bert, num_hidden_layers=1)
    with caplog.at_level(logging.WARNING):
        load_encoder(bert)
    assert "16 weights of the encoder's file are not used" in caplog.text
    assert "encoder.layer.1.attention.output.LayerNorm.bias" in caplog.text


def test_a_missing_pooler_is_reported_and_no_more(bert, caplog):
    rewritten(bert, lambda weights: {name: value for name, value in weights.items() if "pooler" not in name})
    with caplog.at_level(logging.WARNING):
        assert not load_encoder(bert)[1].pooler
    assert not caplog.records


def test_missing_weights(bert):
    rewritten(bert, lambda weights: {name: value for name, value in weights.items() if "layer.1.output" not in name})
    with pytest.raises(
        ModelError, match="4 weights of the encoder are missing from its file, among them encoder.layer.1"
    ):
        load_encoder(bert)


def test_more_positions_than_there_are(bert):
    set_config(bert, max_position_embeddings=4096)
    with pytest.raises(
        ModelError, match="position_embeddings.weight is 26 × 24, but its config.json describes 4096 × 24"
    ):
        load_encoder(bert)


def test_another_width(bert):
    set_config(bert, intermediate_size=48)
    with pytest.raises(ModelError, match="intermediate.dense.weight is 40 × 24, but its config.json describes 48 × 24"):
        load_encoder(bert)


@pytest.mark.parametrize("family", ["distilbert", "mpnet"])
def test_another_architecture(bert, reference_folder, family):
    shutil.copy(reference_folder / family / "model.safetensors", bert)
    with pytest.raises(ModelError, match="not those of an encoder of the family 'bert': .* are missing, among them"):
        load_encoder(bert)


def test_tensorflows_names(bert):
    rewritten(bert, lambda weights: weights, format="tf")
    with pytest.raises(ModelError, match="have TensorFlow's names(.|\n)*export the run again"):
        load_encoder(bert)


@pytest.mark.parametrize(
    "other",
    ["bert.encoder.layer.0.output.dense.weight", "roberta.encoder.layer.0.output.dense.weight"],
)
def test_two_names_of_one_weight(bert, other):
    rewritten(bert, lambda weights: {**weights, other: weights["encoder.layer.0.output.dense.weight"]})
    with pytest.raises(ModelError, match="one weight under two names, (.*) and (.*)\\.\n") as caught:
        load_encoder(bert)
    assert other in caught.value.what
    assert " encoder.layer.0.output.dense.weight" in caught.value.what


def test_two_names_of_a_weight_that_no_encoder_has(bert):
    twice = {"cls.predictions.bias": np.float32([1]), "bert.cls.predictions.bias": np.float32([1])}
    assert load_encoder(rewritten(bert, lambda weights: {**weights, **twice}))[1].pooler
