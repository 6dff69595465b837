import json

import numpy as np
import pytest
import tensorflow as tf
from safetensors.numpy import load_file
from transformers import BertConfig, DistilBertConfig, RobertaConfig

from bert_tf.errors import ModelError
from bert_tf.models.encoder import blank_encoder, hidden_dropout, load_encoder, longest_input, takes_segments


def test_weights_are_those_of_the_file(minilm):
    encoder = load_encoder(minilm)
    expected = load_file(minilm / "model.safetensors")
    layer = encoder.bert.encoder.layer[3].attention.self_attention.query
    # PyTorch keeps a dense layer's weights as [out, in], Keras as [in, out].
    np.testing.assert_array_equal(layer.kernel.numpy(), expected["encoder.layer.3.attention.self.query.weight"].T)
    np.testing.assert_array_equal(encoder.bert.embeddings.weight.numpy(), expected["embeddings.word_embeddings.weight"])


def test_blank_encoder_needs_no_weights(minilm, tmp_path):
    (tmp_path / "config.json").write_text((minilm / "config.json").read_text())
    encoder = blank_encoder(tmp_path)
    ids = tf.ones((1, 4), tf.int32)
    assert encoder({"input_ids": ids}).last_hidden_state.shape == (1, 4, 384)


def test_a_model_that_transformers_does_not_know(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "unheard-of"}))
    with pytest.raises(ModelError, match="can't be loaded(.|\n)*unheard-of"):
        load_encoder(tmp_path)


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
