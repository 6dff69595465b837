import numpy as np
import pytest
import tensorflow as tf

from bert_tf.models.encoders.encoder_config import EncoderConfig
from bert_tf.models.encoders.relative_positions import RelativePositions, distance_buckets

CONFIG = EncoderConfig(positions=7, first_position=2, relative_buckets=8, heads=2, hidden_size=4)


def test_buckets_by_hand():
    buckets = dict(zip(range(-149, 150), distance_buckets(150, 32), strict=True))
    # Eight single distances, then eight ever wider ones up to 128: 8·16^(k/8) are 11.3, 16, 22.6, 32, 45.3, 64, 90.5.
    backwards = {0: 0, 1: 1, 7: 7, 8: 8, 11: 8, 12: 9, 15: 9, 16: 10, 22: 10, 23: 11, 32: 12, 45: 12, 46: 13, 64: 14,
                 90: 14, 91: 15, 128: 15, 149: 15}  # fmt: skip
    assert {far: buckets[-far] for far in backwards} == backwards
    # Keys behind the query have the other half.
    assert {far: buckets[far] for far in backwards if far} == {far: 16 + at for far, at in backwards.items() if far}


@pytest.fixture
def relative():
    return RelativePositions(CONFIG, lambda path: tf.random_normal_initializer(seed=1))


def test_scores_are_the_buckets_rows(relative):
    found, rows = relative(tf.constant(4)).numpy(), relative.table.numpy()[distance_buckets(5, 8)]
    for query in range(4):
        for key in range(4):
            np.testing.assert_allclose(found[:, query, key], rows[key - query + 4], rtol=1e-6)


def test_by_distance_is_the_same_in_another_order(relative):
    found, rows = relative.by_distance(), relative(tf.constant(5)).numpy()
    assert found.shape == (2, 9)
    np.testing.assert_allclose(found[:, 4:], rows[:, 0], rtol=1e-6)
    np.testing.assert_allclose(found[:, :5], rows[:, 4], rtol=1e-6)
