import numpy as np
import pytest
import tensorflow as tf

from bert_tf.errors import ModelError
from bert_tf.models.encoder import load_encoder, make_encoder
from bert_tf.models.encoders.encoder_config import encoder_config
from bert_tf.models.pooling import GivenVectors, choose_pooling, first, make_pooling, maximum, mean

HIDDEN = tf.constant([[[1.0, 2.0], [3.0, 4.0], [100.0, 100.0]], [[5.0, 6.0], [7.0, 8.0], [9.0, 10.0]]])
MASK = tf.constant([[1, 1, 0], [1, 1, 1]])


def test_poolings_by_hand():
    np.testing.assert_array_equal(first(HIDDEN, MASK), [[1, 2], [5, 6]])
    np.testing.assert_array_equal(mean(HIDDEN, MASK), [[2, 3], [7, 8]])
    np.testing.assert_array_equal(maximum(HIDDEN, MASK), [[3, 4], [9, 10]])
    np.testing.assert_array_equal(maximum(-HIDDEN, MASK), [[-1, -2], [-5, -6]])


@pytest.fixture(scope="module")
def bert(minilm):
    return load_encoder(minilm)[0]


@pytest.fixture(scope="module")
def distilbert(reference_folder):
    return load_encoder(reference_folder / "distilbert")[0]


def test_pooler_is_the_encoders_own(bert, minilm_batch):
    pooled = make_pooling("pooler", bert)(minilm_batch.states[6], minilm_batch.inputs["attention_mask"])
    np.testing.assert_allclose(pooled, minilm_batch.pooled, atol=1e-5)


def test_auto_is_a_pooler_with_weights_or_the_first_token(bert, distilbert):
    pooler = GivenVectors(pooler=True)
    assert choose_pooling("auto", bert.config, given=pooler) == "pooler"
    assert choose_pooling("auto", bert.config) == "first"
    assert choose_pooling("auto", distilbert.config, given=pooler) == "first"
    assert choose_pooling("auto", bert.config, given=pooler, for_vectors=True) == "mean"
    assert choose_pooling("mean", bert.config, given=pooler) == "mean"


@pytest.mark.parametrize("for_vectors", [False, True])
@pytest.mark.parametrize("trained", ["first", "mean", "max"])
def test_auto_is_the_vector_that_the_encoder_was_trained_to_give(bert, trained, for_vectors):
    given = GivenVectors(pooler=True, trained=trained)
    assert choose_pooling("auto", bert.config, given=given, for_vectors=for_vectors) == trained
    assert choose_pooling("pooler", bert.config, given=given, for_vectors=for_vectors) == "pooler"


def test_no_pooler(distilbert):
    with pytest.raises(ModelError, match='no pooler(.|\n)*"first", "mean" or "max"'):
        make_pooling("pooler", distilbert)
    with pytest.raises(ModelError, match='distilbert\' has no pooler(.|\n)*"first", "mean" or "max"'):
        choose_pooling("pooler", distilbert.config)


@pytest.mark.parametrize("family, pooling", [("bilstm", "max"), ("bow", "only")])
def test_baselines_have_their_own(family, pooling):
    small = {"model_type": family, "vocab_size": 5, "hidden_size": 4, "embedding_size": 3, "pairs": 3}
    encoder = make_encoder(encoder_config(small, where=""))
    assert choose_pooling("auto", encoder.config) == pooling
    if family == "bilstm":
        assert choose_pooling("mean", encoder.config) == "mean"
    else:
        with pytest.raises(ModelError, match='one vector for a text, so "mean"(.|\n)*model.pooling'):
            choose_pooling("mean", encoder.config)
        np.testing.assert_array_equal(make_pooling("only", encoder)(HIDDEN[:, :1], MASK), [[1, 2], [5, 6]])
