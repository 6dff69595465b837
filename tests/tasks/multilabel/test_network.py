import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from scipy.special import expit
from sklearn.metrics import log_loss

from bert_tf.errors import RecipeError
from bert_tf.tasks.multilabel.network import MultilabelNetwork
from bert_tf.tasks.recipes import make_recipe

FACTS = {"label_names": ("joy", "anger"), "label_shares": (0.5, 0.2)}
NETWORK = MultilabelNetwork(("joy", "anger"), (0.5, 0.25), (1.0, 1.0), (0.5, 0.2))
LOGITS = np.array([[0.0, 2.0], [-3.0, 0.5], [1.5, -1.0]], np.float32)
EXPECTED = np.array([[True, True], [False, True], [False, False]])


def recipe_with(**settings):
    return make_recipe(
        {"name": "r", "task": "multilabel", "data": {"source": "files", "train": "a.csv"}, "multilabel": settings}
    )


def test_the_loss_of_a_row_is_the_mean_binary_cross_entropy_of_its_labels():
    losses = NETWORK.loss(tf.constant(EXPECTED), {"logits": tf.constant(LOGITS)}).numpy()
    probabilities = expit(LOGITS.astype(np.float64))
    wanted = [log_loss(EXPECTED[row], probabilities[row], labels=[False, True]) for row in range(3)]
    np.testing.assert_allclose(losses, wanted, rtol=1e-6)


def test_positive_weights_multiply_the_loss_of_texts_that_have_the_label():
    heavy = dataclasses.replace(NETWORK, positive_weights=(3.0, 1.0))
    logits = {"logits": tf.zeros([2, 2])}
    losses = heavy.loss(tf.constant([[True, False], [False, False]]), logits).numpy()
    np.testing.assert_allclose(losses, np.log(2) * np.array([(3 + 1) / 2, 1.0]), rtol=1e-6)


def test_balanced_weights_are_the_rows_without_a_label_for_each_with_it():
    network = MultilabelNetwork.of_recipe(recipe_with(positive_weights="balanced"), FACTS)
    assert network.positive_weights == pytest.approx((1.0, 4.0))
    named = MultilabelNetwork.of_recipe(recipe_with(positive_weights={"anger": 2.5}), FACTS)
    assert named.positive_weights == (1.0, 2.5)
    assert MultilabelNetwork.of_recipe(recipe_with(), FACTS).positive_weights == (1.0, 1.0)


def test_a_weight_of_an_unknown_label_is_refused():
    with pytest.raises(RecipeError, match="no label 'angre'") as caught:
        MultilabelNetwork.of_recipe(recipe_with(positive_weights={"angre": 2.0}), FACTS)
    assert caught.value.where == "multilabel.positive_weights"
    assert "'anger'" in caught.value.hint


def test_thresholds_are_a_half_until_a_run_has_chosen():
    assert MultilabelNetwork.of_recipe(recipe_with(), FACTS).thresholds == (0.5, 0.5)
    chosen = {**FACTS, "thresholds": (0.25, 0.75)}
    assert MultilabelNetwork.of_recipe(recipe_with(), chosen).thresholds == (0.25, 0.75)


def test_a_label_is_served_as_selected_from_its_threshold_on():
    served = NETWORK.decode({"logits": tf.constant([[0.0, -1.0], [-0.1, -2.0]])})
    assert served["selected"].numpy().tolist() == [[True, True], [False, False]]
    np.testing.assert_allclose(served["probabilities"].numpy(), expit([[0.0, -1.0], [-0.1, -2.0]]), rtol=1e-6)
    assert NETWORK.decode({"logits": tf.zeros([0, 2])})["selected"].shape == (0, 2)


def test_windows_are_merged_by_their_weighted_mean_probability():
    merged = NETWORK.merge(
        {"logits": tf.constant(LOGITS)}, weights=tf.constant([1.0, 3.0, 5.0]), text_of=tf.constant([0, 0, 1]), texts=2
    )
    probabilities = expit(LOGITS.astype(np.float64))
    wanted = [(probabilities[0] + 3 * probabilities[1]) / 4, probabilities[2]]
    np.testing.assert_allclose(expit(merged["logits"].numpy()), wanted, rtol=1e-5)


def test_words_are_explained_by_a_labels_logit():
    assert NETWORK.explained({"logits": tf.constant(LOGITS)}, tf.constant(1)).numpy().tolist() == [2.0, 0.5, -1.0]


def test_certain_windows_stay_numbers():
    certain = {"logits": tf.constant([[200.0, -200.0]])}
    merged = NETWORK.merge(certain, weights=tf.ones([1]), text_of=tf.constant([0]), texts=1)
    assert np.isfinite(merged["logits"].numpy()).all()


def test_weights_of_examples_have_a_mean_of_one():
    weights = NETWORK.example_weights(EXPECTED, np.array([1.0, 2.0, 3.0], np.float32))
    np.testing.assert_allclose(weights, [0.5, 1.0, 1.5])
    with pytest.raises(RecipeError, match="weight 0"):
        NETWORK.example_weights(EXPECTED, np.zeros(3, np.float32))


def test_the_head_gives_a_logit_for_each_label():
    head = NETWORK.head(dropout=0.0, initializer_range=0.02)
    assert head(tf.zeros([3, 8])).shape == (3, 2)
    # Before training, each text has the labels' shares as probabilities.
    np.testing.assert_allclose(expit(head(tf.zeros([1, 8])).numpy()), [[0.5, 0.2]], rtol=1e-6)
    weighted = dataclasses.replace(NETWORK, positive_weights=(1.0, 4.0)).head(dropout=0.0, initializer_range=0.02)
    np.testing.assert_allclose(expit(weighted(tf.zeros([1, 8])).numpy()), [[0.5, 0.5]], rtol=1e-6)
    rare = dataclasses.replace(NETWORK, label_shares=(0.0, 1.0)).head(dropout=0.0, initializer_range=0.02)
    assert np.isfinite(rare(tf.zeros([1, 8])).numpy()).all()
    assert list(NETWORK.outputs(tf.zeros([3, 2]))) == ["logits"]
