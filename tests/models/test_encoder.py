import json

import numpy as np
import pytest
import tensorflow as tf
from safetensors.numpy import load_file, save_file
from transformers import BertConfig, DistilBertConfig, RobertaConfig

from bert_tf.errors import ModelError
from bert_tf.models.encoder import (
    blank_encoder,
    hidden_dropout,
    load_config,
    load_encoder,
    longest_input,
    takes_segments,
)


def test_weights_are_those_of_the_file(minilm):
    encoder, pooler_is_trained = load_encoder(minilm)
    assert pooler_is_trained
    expected = load_file(minilm / "model.safetensors")
    layer = encoder.bert.encoder.layer[3].attention.self_attention.query
    # PyTorch keeps a dense layer's weights as [out, in], Keras as [in, out].
    np.testing.assert_array_equal(layer.kernel.numpy(), expected["encoder.layer.3.attention.self.query.weight"].T)
    np.testing.assert_array_equal(encoder.bert.embeddings.weight.numpy(), expected["embeddings.word_embeddings.weight"])


def without(minilm, folder, prefix):
    """A copy of MiniLM that lacks the weights of a prefix."""
    (folder / "config.json").write_text((minilm / "config.json").read_text())
    kept = {name: value for name, value in load_file(minilm / "model.safetensors").items() if prefix not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def test_an_untrained_pooler_is_told(minilm, tmp_path):
    _, pooler_is_trained = load_encoder(without(minilm, tmp_path, "pooler"))
    assert not pooler_is_trained


def test_missing_weights_are_refused(minilm, tmp_path):
    with pytest.raises(ModelError, match="16 weights of the encoder are not in its file, encoder.layer.2.attention"):
        load_encoder(without(minilm, tmp_path, "encoder.layer.2."))


def test_cut_weights_are_refused(minilm, tmp_path):
    (tmp_path / "config.json").write_text((minilm / "config.json").read_text())
    (tmp_path / "model.safetensors").write_bytes((minilm / "model.safetensors").read_bytes()[:100_000])
    with pytest.raises(ModelError, match="can't be loaded"):
        load_encoder(tmp_path)


def test_blank_encoder_needs_no_weights(minilm, tmp_path):
    (tmp_path / "config.json").write_text((minilm / "config.json").read_text())
    encoder = blank_encoder(tmp_path)
    ids = tf.ones((1, 4), tf.int32)
    assert encoder({"input_ids": ids}).last_hidden_state.shape == (1, 4, 384)


def test_a_model_that_transformers_does_not_know(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "unheard-of"}))
    with pytest.raises(ModelError, match="can't be loaded(.|\n)*unheard-of"):
        load_encoder(tmp_path)
    with pytest.raises(ModelError, match="unheard-of"):
        load_config(tmp_path)


@pytest.mark.parametrize(
    "config, segments, longest, dropout",
    [
        (BertConfig(hidden_dropout_prob=0.2), True, 512, 0.2),
        (RobertaConfig(max_position_embeddings=514, type_vocab_size=1, pad_token_id=1), False, 512, 0.1),
        (DistilBertConfig(dropout=0.3), False, 512, 0.3),
    ],
)
def test_families(config, segments, longest, dropout):
    assert takes_segments(config) == segments
    assert longest_input(config) == longest
    assert hidden_dropout(config) == dropout
