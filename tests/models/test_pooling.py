import numpy as np
import pytest
import tensorflow as tf
from transformers import DistilBertConfig, TFDistilBertModel

from bert_tf.errors import ModelError
from bert_tf.models.encoder import load_encoder
from bert_tf.models.pooling import choose_pooling, first, make_pooling, mean

HIDDEN = tf.constant([[[1.0, 2.0], [3.0, 4.0], [100.0, 100.0]], [[5.0, 6.0], [7.0, 8.0], [9.0, 10.0]]])
MASK = tf.constant([[1, 1, 0], [1, 1, 1]])


def test_first_and_mean_by_hand():
    np.testing.assert_array_equal(first(HIDDEN, MASK), [[1, 2], [5, 6]])
    np.testing.assert_array_equal(mean(HIDDEN, MASK), [[2, 3], [7, 8]])


@pytest.fixture(scope="module")
def bert(minilm):
    return load_encoder(minilm)[0]


@pytest.fixture(scope="module")
def distilbert():
    return TFDistilBertModel(DistilBertConfig(dim=12, n_heads=2, n_layers=1, hidden_dim=16, vocab_size=20))


def test_pooler_is_the_encoders_own(bert):
    ids = tf.constant([[101, 2204, 2143, 102]])
    outputs = bert({"input_ids": ids, "attention_mask": tf.ones_like(ids)})
    pooled = make_pooling("pooler", bert)(outputs.last_hidden_state, tf.ones_like(ids))
    np.testing.assert_allclose(pooled, outputs.pooler_output, rtol=1e-6)


def test_auto_is_a_trained_pooler_or_the_first_token(bert, distilbert):
    assert choose_pooling("auto", bert, pooler_is_trained=True) == "pooler"
    assert choose_pooling("auto", bert, pooler_is_trained=False) == "first"
    assert choose_pooling("auto", distilbert, pooler_is_trained=True) == "first"
    assert choose_pooling("mean", bert, pooler_is_trained=True) == "mean"


def test_no_pooler(distilbert):
    with pytest.raises(ModelError, match='no pooler(.|\n)*"first" or "mean"'):
        make_pooling("pooler", distilbert)
