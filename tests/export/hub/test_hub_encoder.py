"""An encoder whose own pooler was not trained: nobody may take it for trained."""

import json
import pathlib

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.export.hub.hub_encoder import make_encoder
from bert_tf.export.hub.write_hub import write_hub
from bert_tf.models.encoder import load_encoder
from bert_tf.models.encoder_sources import HUB_MODULE_FILES
from bert_tf.models.encoders.encoder_config import load_config
from bert_tf.models.encoders.tf_bert import TFBertModel
from bert_tf.models.text_model import TextModel
from bert_tf.tasks.classify.network import ClassifyNetwork

IDS = {
    "input_word_ids": tf.constant([[1, 2, 3], [4, 5, 0]]),
    "input_mask": tf.constant([[1, 1, 1], [1, 1, 0]]),
    "input_type_ids": tf.zeros((2, 3), tf.int32),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("files")
    values = {
        "model_type": "bert", "vocab_size": 20, "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2,
        "intermediate_size": 16, "max_position_embeddings": 16,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(values))
    return folder


@pytest.fixture(scope="module")
def model(files):
    network = ClassifyNetwork(("a", "b"))
    head = network.head(dropout=0.0, initializer_range=0.02)
    encoder = TFBertModel(load_config(files))
    return TextModel(encoder=encoder, network=network, head=head, pooling="mean")


@pytest.fixture(scope="module")
def folder(model, files, tmp_path_factory) -> pathlib.Path:
    written = tmp_path_factory.mktemp("hub")
    write_hub(written, model=model, pooling="mean", encoder_folder=files, tokenizer=None, max_tokens=16)
    return written


def test_pooled_is_what_the_head_was_trained_on(folder):
    outputs = tf.saved_model.load(str(folder / "encoder"))(IDS)
    hidden = outputs["sequence_output"].numpy()
    by_hand = [hidden[0].mean(0), hidden[1, :2].mean(0)]
    np.testing.assert_allclose(outputs["pooled_output"], by_hand, rtol=1e-5)


def test_the_pooler_is_no_variable_to_train(model):
    untrained = {variable.name for variable in make_encoder(model, pooling="mean").trainable_variables}
    trained = {variable.name for variable in make_encoder(model, pooling="pooler").trainable_variables}
    assert len(trained - untrained) == 2
    assert all("pooler" in name for name in trained - untrained)


def test_read_again_it_has_no_trained_pooler(folder, model):
    loaded, given = load_encoder(folder / "encoder" / HUB_MODULE_FILES)
    assert given == (False, "mean")
    for mine, theirs in zip(loaded.weights, model.encoder.weights, strict=True):
        if "pooler" not in mine.name:
            np.testing.assert_array_equal(mine, theirs)


def test_without_a_tokenizer_there_is_no_preprocessor(folder):
    assert [path.name for path in folder.iterdir()] == ["encoder"]
