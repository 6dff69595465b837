"""The classifier for library users; its example is run by `test_api.py`."""

import json

import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras

import bert_tf
from bert_tf.errors import ModelError
from bert_tf.models.pooling import first

TEXTS = ["a goal in extra time", "shares fell", "the striker scored", "the bank lost money"] * 4


@pytest.fixture(autouse=True)
def environment(cache, monkeypatch):
    monkeypatch.setenv("BERT_TF_CACHE", str(cache))


@pytest.fixture
def classifier(one_layer):
    keras.utils.set_random_seed(1)
    return bert_tf.TFBertClassifier(one_layer, ["sport", "business"], dropout=0.0, kernels="reference", pooling="mean")


def test_it_learns_by_plain_fit(classifier):
    rows = tf.data.Dataset.from_tensor_slices((classifier.encode(TEXTS, max_tokens=16), [0, 1] * 8)).batch(8)
    classifier.compile(keras.optimizers.Adam(5e-3))
    history = classifier.fit(rows, epochs=4, verbose=0).history
    assert history["loss"][-1] < history["loss"][0] / 2
    assert classifier.evaluate(rows, return_dict=True, verbose=0)["accuracy"] == 1.0


def test_rows_are_as_long_as_the_longest(classifier, one_layer):
    vocabulary = (one_layer / "vocab.txt").read_text().splitlines()
    found = classifier.encode(["a goal", "shares"], ["fell", "in time"], max_tokens=32)
    words = [[vocabulary[token] for token in row] for row in found["input_ids"]]
    assert words == [
        ["[CLS]", "a", "goal", "[SEP]", "fell", "[SEP]"],
        ["[CLS]", "shares", "[SEP]", "in", "time", "[SEP]"],
    ]
    assert found["token_type_ids"].tolist() == [[0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1]]
    assert classifier.encode(TEXTS, max_tokens=4)["input_ids"].shape == (16, 4)


def test_auto_is_what_a_recipe_would_take(one_layer, minilm):
    classifier = bert_tf.TFBertClassifier(one_layer, ["a", "b"])
    assert classifier._fused is not None
    assert classifier.pools_first_token
    assert classifier._pooling is not first
    assert classifier.head.layers[0].rate == json.loads((minilm / "config.json").read_text())["hidden_dropout_prob"]
    assert np.isfinite(classifier(classifier.encode(["a goal"]))["logits"]).all()


@pytest.mark.parametrize(
    ("labels", "told"),
    [(["one"], "two or more"), (["a", "a"], "different"), ("ab", "list of strings"), ([1, 2], "list of strings")],
)
def test_labels_that_are_none(one_layer, labels, told):
    with pytest.raises(ModelError, match=told):
        bert_tf.TFBertClassifier(one_layer, labels)


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({"pooling": "average"}, "no pooling 'average'"),
        ({"pooling": "only"}, "no pooling 'only'"),
        ({"kernels": "fast"}, "no kernels 'fast'"),
    ],
)
def test_words_that_no_recipe_has(one_layer, chosen, told):
    with pytest.raises(ModelError, match=told):
        bert_tf.TFBertClassifier(one_layer, ["a", "b"], **chosen)


def test_texts_without_their_pairs(classifier):
    with pytest.raises(ModelError, match="2 texts but 1 second"):
        classifier.encode(["a", "b"], ["c"])
    with pytest.raises(ModelError, match="no texts"):
        classifier.encode([])


def test_rows_longer_than_the_encoder_takes(classifier):
    assert classifier.encode(["a " * 600], max_tokens=512)["input_ids"].shape == (1, 512)
    with pytest.raises(ModelError, match="max_tokens is 513, but this encoder takes 512 at most"):
        classifier.encode(["a"], max_tokens=513)
