import math

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
import tensorflow as tf

from bert_tf.models.label_contrast import LabelContrast, least_loss


def by_hand(vectors, has_label, temperature):
    """Khosla et al. 2020, equation 2, a row and a pair at a time."""
    unit = [vector / math.sqrt(sum(vector**2)) for vector in vectors]
    losses = []
    for row, own in enumerate(unit):
        others = [at for at in range(len(unit)) if at != row]
        whole = sum(math.exp(float(own @ unit[at]) / temperature) for at in others)
        near = [at for at in others if any(has_label[row] & has_label[at])]
        parts = [-math.log(math.exp(float(own @ unit[at]) / temperature) / whole) for at in near]
        losses.append(sum(parts) / len(parts) if parts else 0.0)
    return losses


@pytest.mark.parametrize("temperature", [0.1, 0.7])
def test_the_loss_is_that_of_the_paper(temperature):
    random = np.random.default_rng(3)
    vectors, has_label = random.normal(size=(7, 5)).astype(np.float32), random.random((7, 3)) < 0.4
    # The last has no label, and nothing belongs to it.
    has_label[-1] = False
    loss = LabelContrast(temperature).loss(tf.constant(has_label), {"vector": tf.constant(vectors)})
    np.testing.assert_allclose(loss, by_hand(vectors, has_label, temperature), rtol=1e-4, atol=1e-5)
    assert loss[-1] == 0


def test_the_loss_grows_when_a_text_of_another_label_comes_nearer():
    has_label = tf.constant([[True, False], [True, False], [False, True], [False, True]])
    apart = tf.constant([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [0.1, 1.0]])
    nearer = tf.constant([[1.0, 0.0], [1.0, 0.1], [1.0, 1.0], [0.1, 1.0]])
    network = LabelContrast()
    first = network.loss(has_label, {"vector": nearer})[0]
    assert first > network.loss(has_label, {"vector": apart})[0]


def test_the_least_loss_is_by_how_many_texts_belong_to_each():
    # Three of a; one of b with nobody; two with both c and d, which count once: (3 ln 2 + 0 + 2 ln 1) / 6.
    has_label = np.array([[1, 0, 0, 0]] * 3 + [[0, 1, 0, 0]] + [[0, 0, 1, 1]] * 2, bool)
    assert least_loss(has_label) == pytest.approx(3 * np.log(2) / 6)


@hypothesis.given(seed=st.integers(0, 2**32 - 1), texts=st.integers(2, 9), labels=st.integers(1, 4))
def test_no_loss_is_less_than_the_least(seed, texts, labels):
    random = np.random.default_rng(seed)
    vectors, has_label = random.normal(size=(texts, 3)).astype(np.float32), random.random((texts, labels)) < 0.5
    loss = LabelContrast().loss(tf.constant(has_label), {"vector": tf.constant(vectors)})
    assert np.mean(loss) >= least_loss(has_label) - 1e-4


def test_the_least_loss_is_reached_where_labels_have_one_vector_each():
    has_label = np.array([[1, 0], [1, 0], [1, 0], [0, 1], [0, 1]], bool)
    vectors = tf.constant(np.where(has_label[:, :1], [[1.0, 0.0]], [[-1.0, 0.0]]).astype(np.float32))
    loss = LabelContrast().loss(tf.constant(has_label), {"vector": vectors})
    # What texts of the other label add is e^-20 of what those of the own one do.
    assert np.mean(loss) == pytest.approx(least_loss(has_label), abs=1e-6)
