import json

import numpy as np
import pytest
import tensorflow as tf
from safetensors import safe_open
from safetensors.numpy import load_file

from bert_tf.errors import ModelError
from bert_tf.models.encoder import blank_encoder, load_encoder, save_weights
from bert_tf.pretrained import FAMILIES


def test_weights_are_those_of_the_file(minilm):
    encoder, given = load_encoder(minilm)
    assert given == (True, "mean")
    expected = load_file(minilm / "model.safetensors")
    layer = encoder.transformer_layers[3].query
    # PyTorch keeps a dense layer's weights as [out, in], Keras as [in, out].
    np.testing.assert_array_equal(layer.kernel.numpy(), expected["encoder.layer.3.attention.self.query.weight"].T)
    np.testing.assert_array_equal(encoder.embeddings.words.numpy(), expected["embeddings.word_embeddings.weight"])


def test_cut_weights_are_refused(minilm, tmp_path):
    (tmp_path / "config.json").write_text((minilm / "config.json").read_text())
    (tmp_path / "model.safetensors").write_bytes((minilm / "model.safetensors").read_bytes()[:100_000])
    with pytest.raises(ModelError, match="damaged or cut off"):
        load_encoder(tmp_path)


def test_blank_encoder_needs_no_weights(minilm, tmp_path):
    (tmp_path / "config.json").write_text((minilm / "config.json").read_text())
    encoder = blank_encoder(tmp_path)
    assert encoder({"input_ids": tf.ones((1, 4), tf.int32)}).shape == (1, 4, 384)
    assert not any(variable.numpy().any() for variable in encoder.weights)


def test_saved_weights_are_what_was_loaded(reference, tmp_path):
    encoder, given = load_encoder(reference.folder)
    save_weights(encoder, tmp_path / "model.safetensors", with_pooler=given.pooler)
    # As transformers itself wrote them, names and all.
    expected, found = (load_file(folder / "model.safetensors") for folder in (reference.folder, tmp_path))
    assert set(found) == set(expected)
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value)
    with safe_open(tmp_path / "model.safetensors", framework="np") as file:
        assert file.metadata() == {"format": "pt"}


def test_an_untrained_pooler_is_left_out(reference_folder, tmp_path):
    encoder, _ = load_encoder(reference_folder / "bert")
    save_weights(encoder, tmp_path / "model.safetensors", with_pooler=False)
    assert not [name for name in load_file(tmp_path / "model.safetensors") if "pooler" in name]


def test_every_family_of_the_table_has_a_reference(reference_folder):
    """So that each of them is loaded by the other tests; the two baselines are not transformers'."""
    assert {path.name for path in reference_folder.iterdir()} == {*FAMILIES, "minilm"} - {"bilstm", "bow"}


@pytest.mark.parametrize("family", ["bilstm", "bow"])
def test_a_baseline_begins_with_random_weights(family, tmp_path):
    small = {"model_type": family, "vocab_size": 7, "hidden_size": 4, "embedding_size": 3, "pairs": 5}
    (tmp_path / "config.json").write_text(json.dumps(small))
    (encoder, given), blank = load_encoder(tmp_path), blank_encoder(tmp_path)
    assert given == (False, None)
    assert any(variable.numpy().any() for variable in encoder.trainable_weights)
    assert not any(variable.numpy().any() for variable in blank.weights)
    # By position, as checkpoints have them.
    names = [[weight.name for weight in each.weights] for each in (encoder, blank)]
    assert names[0] == names[1]
