import numpy as np
import tensorflow as tf

from bert_tf.tasks.tag.crf import FORBIDDEN
from bert_tf.tasks.tag.crf_head import CrfHead


def test_each_row_has_the_same_transitions_beside_its_logits():
    head = CrfHead(2, dropout=0.5, initializer_range=0.02)
    found = head(tf.ones((3, 7, 4)))
    assert {name: values.shape.as_list() for name, values in found.items()} == {
        "logits": [3, 7, 5], "transitions": [3, 6, 5],
    }  # fmt: skip
    assert np.unique(found["transitions"]).tolist() == [FORBIDDEN, 0]
    assert len(np.unique(found["transitions"], axis=0)) == 1
    # A row of the beginning and one of each tag; from outside, no tag goes on.
    assert found["transitions"][0, 1].numpy().tolist() == [0, 0, FORBIDDEN, 0, FORBIDDEN]
    assert [variable.shape.as_list() for variable in head.trainable_weights] == [[6, 5], [4, 5], [5]]


def test_transitions_learn_a_hundred_times_as_fast_by_gradients_that_are_their_own():
    head = CrfHead(1, dropout=0.0, initializer_range=0.02)
    with tf.GradientTape() as tape:
        score = head(tf.ones((1, 2, 4)))["transitions"][0, 0, 1]
    (learned,) = (each for each in head.trainable_weights if "transitions" in each.name)
    gradient = tape.gradient(score, learned)
    assert gradient.numpy().sum() == gradient.numpy()[0, 1] == 1
    learned.assign_sub(0.01 * gradient)
    np.testing.assert_allclose(head(tf.ones((1, 2, 4)))["transitions"][0, 0, 1], -1, rtol=1e-5)
