import math

import numpy as np
import pytest
import tensorflow as tf
from scipy.special import logit, softmax
from sklearn.utils.class_weight import compute_sample_weight

from bert_tf.errors import RecipeError
from bert_tf.tasks.classify.network import ClassifyNetwork

LABELS = ("bad", "good", "so-so")


def test_loss_is_minus_log_probability():
    # Logits of (log 1, log 2, log 5) are probabilities of 1/8, 2/8 and 5/8.
    logits = tf.math.log([[1.0, 2.0, 5.0], [1.0, 2.0, 5.0]])
    loss = ClassifyNetwork(LABELS).loss(tf.constant([0, 2]), {"logits": logits})
    np.testing.assert_allclose(loss, [math.log(8), math.log(8 / 5)], rtol=1e-6)


def test_label_smoothing_spreads_the_target_evenly():
    logits = tf.math.log([[1.0, 2.0, 5.0]])
    loss = ClassifyNetwork(LABELS, label_smoothing=0.3).loss(tf.constant([1]), {"logits": logits})
    # The target is (0.1, 0.8, 0.1).
    by_hand = 0.1 * math.log(8) + 0.8 * math.log(4) + 0.1 * math.log(8 / 5)
    np.testing.assert_allclose(loss, [by_hand], rtol=1e-6)


def test_decode():
    logits = tf.math.log([[1.0, 2.0, 5.0], [6.0, 1.0, 1.0]])
    outputs = ClassifyNetwork(LABELS).decode({"logits": logits})
    np.testing.assert_allclose(outputs["probabilities"], [[0.125, 0.25, 0.625], [0.75, 0.125, 0.125]], rtol=1e-6)
    assert outputs["label"].numpy().tolist() == [b"so-so", b"bad"]
    np.testing.assert_allclose(outputs["score"], [0.625, 0.75], rtol=1e-6)


def test_what_is_explained_is_the_log_odds():
    logits = np.random.default_rng(5).normal(size=(6, 4))
    for label in range(4):
        found = ClassifyNetwork(tuple("abcd")).explained(
            {"logits": tf.constant(logits, tf.float32)}, tf.constant(label)
        )
        np.testing.assert_allclose(found, logit(softmax(logits, -1)[:, label]), atol=1e-5)


def test_decode_of_bfloat16_logits_is_float32():
    outputs = ClassifyNetwork(LABELS).decode({"logits": tf.zeros((1, 3), tf.bfloat16)})
    assert {value.dtype for value in outputs.values()} == {tf.float32, tf.string}


def test_decode_of_nothing():
    assert ClassifyNetwork(LABELS).decode({"logits": tf.zeros((0, 3))})["label"].shape == (0,)


def test_head_has_a_logit_for_each_label_and_drops_in_training_only():
    head = ClassifyNetwork(LABELS).head(dropout=0.5, initializer_range=0.02)
    pooled = tf.ones((4, 8))
    assert head(pooled).shape == (4, 3)
    np.testing.assert_array_equal(head(pooled, training=False), head(pooled, training=False))
    assert np.ptp(head(pooled, training=True).numpy(), axis=0).max() > 0


def test_the_share_of_right_answers_is_counted():
    network = ClassifyNetwork(LABELS)
    metrics = network.metrics()
    for expected, logits in (([0, 2], [[3.0, 1.0, 2.0], [0.0, 1.0, 0.5]]), ([1], [[0.0, 2.0, 1.0]])):
        network.update_metrics(metrics, tf.constant(expected), {"logits": tf.constant(logits)})
    assert [(metric.name, float(metric.result())) for metric in metrics] == [("accuracy", pytest.approx(2 / 3))]


def test_balanced_weights_are_scikit_learns():
    labels = np.array([0, 0, 0, 0, 1, 2, 2])
    weights = ClassifyNetwork(LABELS, class_weights="balanced").example_weights(labels, np.ones(7))
    expected = compute_sample_weight("balanced", labels)
    np.testing.assert_allclose(weights, expected / expected.mean(), rtol=1e-6)


def test_class_weight_times_example_weight_with_a_mean_of_one():
    task = ClassifyNetwork(LABELS, class_weights={"bad": 3.0})
    weights = task.example_weights(np.array([0, 1, 2]), np.array([1.0, 2.0, 1.0]))
    # 3·1, 1·2 and 1·1 add up to 6; their mean is 2.
    np.testing.assert_allclose(weights, [1.5, 1.0, 0.5])


def test_unweighted_is_all_ones():
    np.testing.assert_array_equal(
        ClassifyNetwork(LABELS).example_weights(np.array([0, 1, 1]), np.full(3, 0.3)), np.ones(3)
    )


def test_weight_of_an_unknown_label():
    with pytest.raises(
        RecipeError, match="The training data has no label 'god'.*\n.*class_weights\n.*'bad', 'good', 'so-so'"
    ):
        ClassifyNetwork(LABELS, class_weights={"god": 2.0}).example_weights(np.array([0]), np.ones(1))


def test_all_weights_zero():
    with pytest.raises(RecipeError, match="has weight 0"):
        ClassifyNetwork(LABELS).example_weights(np.array([0, 1]), np.zeros(2))


def test_windows_are_averaged_by_their_weight():
    # Two windows of the first text, of 1 and 3 tokens, and one of the second.
    windows = tf.math.log([[1.0, 2.0, 5.0], [6.0, 1.0, 1.0], [2.0, 2.0, 4.0]])
    network = ClassifyNetwork(LABELS)
    merged = network.merge(
        {"logits": windows}, weights=tf.constant([1.0, 3.0, 7.0]), text_of=tf.constant([0, 0, 1]), texts=2
    )
    by_hand = [[(1 + 3 * 6) / 32, (2 + 3 * 1) / 32, (5 + 3 * 1) / 32], [0.25, 0.25, 0.5]]
    np.testing.assert_allclose(network.decode(merged)["probabilities"], by_hand, rtol=1e-6)
    np.testing.assert_allclose(np.exp(merged["logits"]), by_hand, rtol=1e-6)


def test_a_probability_of_nothing_stays_a_number():
    network, windows = ClassifyNetwork(LABELS), {"logits": tf.constant([[0.0, -500.0, -500.0]])}
    merged = network.merge(windows, weights=tf.constant([2.0]), text_of=tf.constant([0]), texts=1)
    assert np.isfinite(merged["logits"]).all()
    np.testing.assert_allclose(network.decode(merged)["probabilities"], [[1, 0, 0]], atol=1e-30)
