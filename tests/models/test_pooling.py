import numpy as np
import pytest
import tensorflow as tf

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
def distilbert(reference_folder):
    return load_encoder(reference_folder / "distilbert")[0]


def test_pooler_is_the_encoders_own(bert, minilm_batch):
    pooled = make_pooling("pooler", bert)(minilm_batch.states[6], minilm_batch.inputs["attention_mask"])
    np.testing.assert_allclose(pooled, minilm_batch.pooled, atol=1e-5)


def test_auto_is_a_trained_pooler_or_the_first_token(bert, distilbert):
    assert choose_pooling("auto", bert, pooler_is_trained=True) == "pooler"
    assert choose_pooling("auto", bert, pooler_is_trained=False) == "first"
    assert choose_pooling("auto", distilbert, pooler_is_trained=True) == "first"
    assert choose_pooling("mean", bert, pooler_is_trained=True) == "mean"


def test_no_pooler(distilbert):
    with pytest.raises(ModelError, match='no pooler(.|\n)*"first" or "mean"'):
        make_pooling("pooler", distilbert)
