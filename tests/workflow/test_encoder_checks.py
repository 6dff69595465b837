"""What a recipe asks of an encoder against its configuration; no weights are read."""

import json
import shutil

import pytest

from bert_tf.errors import ModelError, RecipeError
from bert_tf.models.encoders.encoder_config import EncoderConfig, load_config
from bert_tf.tasks.recipes import load_recipe
from bert_tf.text.loading import load_reference, load_tokenizer
from bert_tf.workflow.encoder_checks import check_encoder, check_export, check_vocabulary, check_words_have_vectors
from bert_tf.workflow.prepare import prepare

BAG = EncoderConfig(family="bow", vocabulary_size=9, hidden_size=4, pairs=2, positions=4096, pooler=False)
RELU = EncoderConfig(activation="relu")


def test_an_encoder_without_vectors_of_words_is_refused():
    check_words_have_vectors(load_recipe("bbc-news"), BAG)
    with pytest.raises(RecipeError, match="bow gives one vector for a text, but the task tag reads words"):
        check_words_have_vectors(load_recipe("ner-wnut"), BAG)


def test_an_encoder_without_a_graph_of_its_own_is_in_float32():
    check_export(load_recipe("bbc-news").export, RELU)
    with pytest.raises(ModelError, match="can be exported in float32 only(.|\n)*relu"):
        check_export(load_recipe("bbc-news", {"export.precision": "bfloat16"}).export, RELU)


@pytest.mark.parametrize(
    "config, overrides, said",
    [
        (EncoderConfig(), {"text.max_tokens": 513}, "this encoder takes 512 at most"),
        (BAG, {"model.pooling": "mean"}, "has nothing to pool"),
        (EncoderConfig(family="distilbert", pooler=False), {"model.pooling": "pooler"}, "has no pooler"),
        (BAG, {"model.kernels": "fused"}, "fused kernels can't be used"),
        (RELU, {"training.gradient_checkpointing": True}, "needs the fused kernels"),
        (BAG, {"export.quantize": "int8-weights"}, "in float32 only"),
    ],
)
def test_all_that_a_recipe_asks(config, overrides, said):
    check_encoder(load_recipe("bbc-news"), config)
    with pytest.raises((ModelError, RecipeError), match=said):
        check_encoder(load_recipe("bbc-news", overrides), config)


def test_a_tokenizer_with_more_ids_than_the_word_table(minilm, tmp_path, cache):
    """The vocabulary has 30,522 pieces, of which the last is the id 30,521."""
    for name in ("tokenizer.json", "tokenizer_config.json", "config.json"):
        shutil.copy(minilm / name, tmp_path)
    check_vocabulary(load_reference(tmp_path).largest_id, load_config(tmp_path), tmp_path)
    config = json.loads((minilm / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "vocab_size": 30521}))
    with pytest.raises(ModelError, match="ids up to 30521, but its word table ends with 30520(.|\n)*resize_token"):
        prepare(load_recipe("bbc-news", {"data.train": "all[:60]"}), encoder_folder=tmp_path, cache_folder=cache)


@pytest.mark.parametrize("added, largest", [("[MASK]", 30521), ("[PAD]", 30522)])
def test_only_ids_that_a_row_can_have_need_a_row_of_the_table(added, largest, minilm, tmp_path, cache):
    """A special token that the vocabulary lacks gets the id behind it, and only [PAD] ever stands in a row."""
    vocabulary = (minilm / "vocab.txt").read_text(encoding="utf-8").replace(f"{added}\n", "[unused-here]\n", 1)
    (tmp_path / "vocab.txt").write_text(vocabulary, encoding="utf-8")
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"}))
    reference = load_reference(tmp_path)
    assert (reference.vocabulary_size, reference.largest_id) == (30523, largest)
    assert load_tokenizer(tmp_path, cache_folder=cache).largest_id == largest
