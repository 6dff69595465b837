import math

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.models.label_contrast import LabelContrast


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
