import json

import numpy as np
import pytest
import tensorflow as tf
import transformers
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
from bert_tf.pretrained import FAMILIES


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
    with pytest.raises(
        ModelError, match="16 weights of the encoder are missing from its file, among them encoder.layer.2.attention"
    ):
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


def test_a_family_that_is_not_in_the_table(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "unheard-of"}))
    for load in (load_encoder, load_config, blank_encoder):
        with pytest.raises(ModelError, match="doesn't support encoders of the family 'unheard-of'(.|\n)*bert"):
            load(tmp_path)


# Names of sizes differ from family to family; what a family doesn't know of these it keeps and doesn't use.
SMALL = {
    "vocab_size": 60, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
    "max_position_embeddings": 40, "embedding_size": 16, "pad_token_id": 1,
    "dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 32,
    "input_embedding_size": 16, "output_embedding_size": 16,
    "true_hidden_size": 16, "intra_bottleneck_size": 16, "use_bottleneck": False, "num_feedforward_networks": 1,
}  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_of_the_table_is_loaded_and_read_to_its_longest_row(family, tmp_path):
    config = getattr(transformers, FAMILIES[family].config)(**SMALL)
    assert config.model_type == family
    made = getattr(transformers, FAMILIES[family].model)(config)
    made(made.dummy_inputs)
    made.save_pretrained(tmp_path, safe_serialization=True)
    encoder, _ = load_encoder(tmp_path)
    longest = longest_input(load_config(tmp_path))
    # Ids of no padding: the longest row has the last position that there is, and a longer one would have none.
    ids = tf.fill((2, longest), 5)
    expected = made({"input_ids": ids}).last_hidden_state
    np.testing.assert_array_equal(encoder({"input_ids": ids}).last_hidden_state, expected)
    assert expected.shape == (2, longest, 16)
    blank = blank_encoder(tmp_path)
    assert [variable.shape for variable in blank.variables] == [variable.shape for variable in encoder.variables]


@pytest.mark.parametrize(
    "values, told",
    [
        ({"hidden_size": "12"}, "hidden_size is 12"),
        ({"hidden_size": 1.5}, "hidden_size is 1.5"),
        ({"vocab_size": 0}, "vocab_size is 0"),
        ({"num_hidden_layers": True}, "num_hidden_layers is True"),
        ({"max_position_embeddings": None}, "max_position_embeddings is None"),
        ({"vocab_size": 10**9}, r"3\.8e\+11 weights"),
        ({"num_hidden_layers": 10**7}, "weights; the limit"),
        ({"hidden_act": 7}, "can't be loaded"),
        ({"hidden_act": "none of them"}, "can't be loaded"),
        ({"pad_token_id": "x"}, "pad_token_id is x"),
        ({"layer_norm_eps": "x"}, "layer_norm_eps is x"),
        ({"num_attention_heads": 7}, "can't be loaded"),
        ({"hidden_dropout_prob": -1}, "hidden_dropout_prob is -1"),
    ],
)
def test_a_configuration_that_cannot_be(minilm, tmp_path, values, told):
    config = json.loads((minilm / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, **values}))
    with pytest.raises(ModelError, match=told):
        blank_encoder(tmp_path)


def test_labels_of_another_task_are_not_read(minilm, tmp_path):
    config = json.loads((minilm / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "num_labels": 10**12}))
    assert load_config(tmp_path).num_labels == 2


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
