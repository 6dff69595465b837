"""What config.json says, read as the family's own configuration in transformers reads it."""

import json

import pytest
import transformers

from bert_tf.errors import ModelError
from bert_tf.models.encoders.encoder_config import EncoderConfig, encoder_config, load_config
from bert_tf.pretrained import FAMILIES

CONFIGS = {
    "bert": transformers.BertConfig, "camembert": transformers.CamembertConfig,
    "distilbert": transformers.DistilBertConfig, "electra": transformers.ElectraConfig,
    "mpnet": transformers.MPNetConfig, "roberta": transformers.RobertaConfig,
    "xlm-roberta": transformers.XLMRobertaConfig,
}  # fmt: skip


@pytest.mark.parametrize("family", sorted(set(FAMILIES) - {"bilstm", "bow"}))
def test_what_a_file_leaves_out_is_the_familys_own(family):
    found, theirs = encoder_config({"model_type": family}, where="x"), CONFIGS[family]()
    sizes = (theirs.hidden_size, theirs.num_hidden_layers, theirs.num_attention_heads, theirs.max_position_embeddings)
    assert (found.hidden_size, found.layers, found.heads, found.positions) == sizes
    assert found.vocabulary_size == theirs.vocab_size
    assert found.embedding_width == getattr(theirs, "embedding_size", theirs.hidden_size)
    assert found.inner_size == getattr(theirs, "intermediate_size", getattr(theirs, "hidden_dim", None))
    assert found.segments == getattr(theirs, "type_vocab_size", 0)
    assert found.epsilon == getattr(theirs, "layer_norm_eps", 1e-12)
    assert found.hidden_dropout == getattr(theirs, "hidden_dropout_prob", getattr(theirs, "dropout", None))
    attention = getattr(theirs, "attention_probs_dropout_prob", getattr(theirs, "attention_dropout", None))
    assert found.attention_dropout == attention
    assert (found.pad_id, found.initializer_range) == (theirs.pad_token_id, theirs.initializer_range)
    assert found.relative_buckets == getattr(theirs, "relative_attention_num_buckets", 0)


@pytest.mark.parametrize(
    ("values", "segments", "longest", "dropout"),
    [
        ({"model_type": "bert", "hidden_dropout_prob": 0.2}, True, 512, 0.2),
        ({"model_type": "roberta", "max_position_embeddings": 514, "type_vocab_size": 1}, False, 512, 0.1),
        ({"model_type": "camembert", "max_position_embeddings": 514, "pad_token_id": 0}, True, 513, 0.1),
        ({"model_type": "distilbert", "dropout": 0.3}, False, 512, 0.3),
        ({"model_type": "mpnet", "max_position_embeddings": 514, "pad_token_id": 9}, False, 512, 0.1),
        ({"model_type": "bilstm", "hidden_dropout_prob": 0.3}, False, 4096, 0.3),
        ({"model_type": "bow", "max_position_embeddings": 700}, False, 700, 0.1),
    ],
)
def test_what_follows_from_it(values, segments, longest, dropout):
    config = encoder_config(values, where="x")
    assert (config.takes_segments, config.longest_input, config.hidden_dropout) == (segments, longest, dropout)


def test_names_of_sizes_are_the_familys():
    sizes = {"dim": 12, "n_layers": 3, "n_heads": 4, "hidden_dim": 20, "dropout": 0.4, "attention_dropout": 0.2,
             "activation": "relu"}  # fmt: skip
    config = encoder_config({"model_type": "distilbert", **sizes, "hidden_size": 99}, where="x")
    expected = EncoderConfig(
        family="distilbert", hidden_size=12, layers=3, heads=4, inner_size=20, hidden_dropout=0.4,
        attention_dropout=0.2, activation="relu", segments=0, pooler=False,
    )  # fmt: skip
    assert config == expected


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"hidden_size": "12"}, "hidden_size is 12"),
        ({"hidden_size": 1.5}, "hidden_size is 1.5"),
        ({"vocab_size": 0}, "vocab_size is 0"),
        ({"num_hidden_layers": True}, "num_hidden_layers is True"),
        ({"max_position_embeddings": None}, "max_position_embeddings is None"),
        ({"vocab_size": 10**9}, r"3\.8e\+11 weights"),
        ({"num_hidden_layers": 10**7}, "weights; the limit"),
        ({"hidden_act": 7}, "hidden_act is 7, but must be one of gelu, gelu_new"),
        ({"hidden_act": ["gelu"]}, "hidden_act is"),
        ({"hidden_act": "none of them"}, "hidden_act is none of them"),
        ({"pad_token_id": "x"}, "pad_token_id is x"),
        ({"layer_norm_eps": "x"}, "layer_norm_eps is x"),
        ({"num_attention_heads": 7}, "hidden_size of 384 can't be divided among 7 attention heads"),
        ({"layer_norm_eps": 0}, "layer_norm_eps is 0, but must be a number above 0"),
        ({"hidden_dropout_prob": -1}, "hidden_dropout_prob is -1"),
        ({"attention_probs_dropout_prob": 1.0}, "dropout_prob is 1.0, but must be a number from 0 to below 1"),
        ({"model_type": "mpnet", "relative_attention_num_buckets": 3}, "must be a whole number from 4"),
        ({"is_decoder": True}, "describes a decoder(.|\n)*is_decoder"),
        ({"add_cross_attention": True}, "attention to another text"),
        ({"pruned_heads": {"0": [1]}}, "without some of their heads"),
        ({"position_embedding_type": "relative_key"}, "positions of the kind 'relative_key'"),
        ({"model_type": "roberta", "max_position_embeddings": 1}, "must be a whole number from 2"),
        ({"model_type": "bilstm", "hidden_size": 5}, "hidden_size is 5, but must be even"),
        ({"model_type": "bow", "pairs": 0}, "pairs is 0, but must be a whole number from 1"),
        ({"model_type": "bow", "pairs": 10**9}, r"3\.8e\+11 weights"),
    ],
)
def test_a_configuration_that_cannot_be(minilm, tmp_path, values, told):
    config = json.loads((minilm / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, **values}))
    with pytest.raises(ModelError, match=told):
        load_config(tmp_path)


@pytest.mark.parametrize(
    ("name", "meant"), [("bertt", "did you mean 'bert'"), ("albert", "did you mean"), ("t5", "supp")]
)
def test_a_family_that_is_not_in_the_table(tmp_path, name, meant):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": name}))
    with pytest.raises(ModelError, match=f"doesn't support encoders of the family '{name}'(.|\n)*{meant}(.|\n)*mpnet"):
        load_config(tmp_path)


def test_a_baseline_is_no_transformer():
    bow, lstm, bert = (encoder_config({"model_type": family}, where="x") for family in ("bow", "bilstm", "bert"))
    assert [config.is_pretrained for config in (bow, lstm, bert)] == [False, False, True]
    assert [config.gives_one_vector for config in (bow, lstm, bert)] == [True, False, False]
    assert (bow.pairs, lstm.pairs) == (32768, 0)
