import numpy as np
import tensorflow as tf

from bert_tf.models.task_network import WordTokens
from bert_tf.tasks.tag.word_means import means_of_words


def test_a_word_has_the_mean_of_its_tokens_where_it_begins():
    values = np.array([[[9, 9], [1, 2], [3, 6], [5, 0], [9, 9]], [[9, 9], [4, 4], [9, 9], [9, 9], [9, 9]]], np.float32)
    begins = np.array([[0, 1, 0, 1, 0], [0, 1, 0, 0, 0]], bool)
    inside = np.array([[0, 0, 1, 0, 0], [0, 0, 0, 0, 0]], bool)
    found = means_of_words(tf.constant(values), WordTokens(tf.constant(begins), tf.constant(inside))).numpy()
    assert found[begins].tolist() == [[2, 4], [5, 0], [4, 4]]


def test_rows_without_words():
    none, values = tf.zeros((2, 3), tf.bool), tf.Variable(tf.ones((2, 3, 2)))
    with tf.GradientTape() as tape:
        found = means_of_words(values, WordTokens(none, none))
    assert found.shape == (2, 3, 2)
    # A batch of training may be such rows only.
    assert tf.convert_to_tensor(tape.gradient(found, values)).numpy().tolist() == np.zeros((2, 3, 2)).tolist()
