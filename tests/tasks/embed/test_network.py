"""The loss against cross-entropy by hand, and against PyTorch-style loops in NumPy."""

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.errors import RecipeError
from bert_tf.tasks.embed.network import EmbedNetwork

RANDOM = np.random.default_rng(0)


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def by_hand(numbers, vectors, *, temperature, both):
    """Mean of rows, each by itself."""
    rows, texts = numbers.shape

    def is_negative(row, other, text):
        number = numbers[other, text]
        if number in (numbers[row, 0], numbers[row, 1]):
            return False
        return not (text == 1 and numbers[other, 0] == numbers[row, 0])

    def cross_entropy(right, wrong):
        scores = np.array([right, *wrong]) / temperature
        return np.log(np.exp(scores).sum()) - scores[0]

    found = []
    for row in range(rows):
        right = vectors[row, 0] @ vectors[row, 1]
        others = [(other, text) for text in range(1, texts) for other in range(rows) if (other, text) != (row, 1)]
        wrong = [vectors[row, 0] @ vectors[other, text] for other, text in others if is_negative(row, other, text)]
        loss = cross_entropy(right, wrong)
        if both:
            back = [other for other in range(rows) if other != row and is_negative(other, row, 1)]
            loss = (loss + cross_entropy(right, [vectors[other, 0] @ vectors[row, 1] for other in back])) / 2
        found.append(loss)
    return found


def loss(numbers, vectors, **settings):
    flat = tf.constant(vectors.reshape(-1, vectors.shape[-1]), tf.float32)
    return EmbedNetwork(**settings).loss(tf.constant(numbers, tf.int32), {"vector": flat}).numpy()


# Rows 0 and 3 have the same right text; rows 1 and 4 the same own text; the wrong text of row 2 is right for row 0,
# and the right text of row 5 is the own text of row 2.
NUMBERS = np.array([[0, 10, 20], [1, 11, 21], [2, 12, 10], [3, 10, 23], [1, 14, 24], [5, 2, 25]])


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("texts", [2, 3])
def test_loss_of_each_row(both, texts):
    vectors = unit(RANDOM.normal(size=(6, texts, 5)))
    found = loss(NUMBERS[:, :texts], vectors, temperature=0.2, both_directions=both)
    np.testing.assert_allclose(
        found, by_hand(NUMBERS[:, :texts], vectors, temperature=0.2, both=both), rtol=1e-4, atol=1e-5
    )


def test_two_rows_by_hand():
    """Cosines 1 and 0 with temperature 1: -log(e / (e + 1)) for both rows."""
    vectors = np.array([[[1, 0], [1, 0]], [[0, 1], [0, 1]]])
    wanted = np.log(1 + np.exp(-1))
    np.testing.assert_allclose(loss([[0, 2], [1, 3]], vectors, temperature=1.0), [wanted] * 2, rtol=1e-6)


def test_a_batch_of_one_right_text_has_nothing_to_learn():
    vectors = unit(RANDOM.normal(size=(4, 2, 5)))
    numbers = np.array([[row, 9] for row in range(4)])
    np.testing.assert_allclose(loss(numbers, vectors), 0, atol=1e-6)


def test_cut_vectors_are_trained_as_vectors_of_their_own():
    vectors = unit(RANDOM.normal(size=(6, 2, 8)))
    numbers = NUMBERS[:, :2]
    found = loss(numbers, vectors, temperature=0.3, dimensions=(4, 2))
    parts = [by_hand(numbers, unit(vectors[..., :size]), temperature=0.3, both=False) for size in (8, 4, 2)]
    np.testing.assert_allclose(found, np.mean(parts, 0), rtol=1e-4)


def test_more_dimensions_than_a_vector_has_are_refused():
    with pytest.raises(RecipeError, match="have 8 dimensions; 8 are no part of them"):
        EmbedNetwork(dimensions=(8,)).outputs(tf.zeros([1, 8]))


def test_vectors_have_length_1():
    found = EmbedNetwork().outputs(tf.constant([[3.0, 4.0], [0.0, 0.0]]))
    np.testing.assert_allclose(found["vector"], [[0.6, 0.8], [0, 0]], atol=1e-6)
    assert EmbedNetwork().decode(found)["vector"].dtype == tf.float32


def test_what_is_shown_while_training():
    """The first row's right text is the nearest, the second's isn't."""
    vectors = tf.constant([[1.0, 0], [1, 0], [1, 0], [0, 1]])
    network = EmbedNetwork()
    (metric,) = network.metrics()
    network.update_metrics([metric], tf.constant([[0, 2], [1, 3]]), {"vector": vectors})
    assert (metric.name, float(metric.result())) == ("in_batch_recall_at_1", 0.5)


def test_what_is_explained_is_the_cosine_with_the_first_row():
    vectors = tf.constant([[1.0, 0], [0.6, 0.8], [0, 1]])
    with tf.GradientTape() as tape:
        tape.watch(vectors)
        found = EmbedNetwork().explained({"vector": vectors}, tf.constant(0))
    np.testing.assert_allclose(found, [1, 0.6, 0], atol=1e-6)
    # The first row is what others are held against, and moves with none of them.
    np.testing.assert_allclose(tape.gradient(found, vectors, tf.constant([0.0, 1, 1]))[0], [0, 0])


def test_weights_have_mean_1():
    np.testing.assert_allclose(EmbedNetwork().example_weights(None, np.array([1, 3])), [0.5, 1.5])
