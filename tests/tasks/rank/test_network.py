"""The loss and the users' vectors against loops in NumPy."""

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.tasks.rank.network import RankNetwork

RANDOM = np.random.default_rng(0)
TEXTS, SIZE = 7, 5


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def outputs(texts=TEXTS):
    return {
        "vector": unit(RANDOM.normal(size=(texts, SIZE))),
        "value": RANDOM.normal(size=(texts, SIZE)),
        "attention": RANDOM.normal(size=(texts, 2)),
    }


def tensors(found):
    return {name: tf.constant(values, tf.float32) for name, values in found.items()}


def user_by_hand(found, history):
    """Newest first; the text 0 belongs to each."""
    read = [(item, place) for place, item in enumerate(history) if item]
    scores = [
        found["attention"][item, 0] - np.log1p(np.exp(found["attention"][item, 1])) * np.log(1 + place)
        for item, place in [*read, (0, 0)]
    ]
    weights = np.exp(scores) / np.exp(scores).sum()
    return unit(sum(weight * found["value"][item] for weight, (item, _) in zip(weights, [*read, (0, 0)], strict=True)))


HISTORIES = np.array([[3, 1, 0], [0, 0, 0], [2, 0, 0], [6, 5, 4]], np.int32)


def test_users_by_hand():
    found = outputs()
    users = RankNetwork().users(tensors(found), tf.constant(HISTORIES)).numpy()
    np.testing.assert_allclose(users, [user_by_hand(found, history) for history in HISTORIES], atol=1e-5)


def test_a_history_is_the_same_however_far_it_is_padded():
    found = tensors(outputs())
    padded = np.pad(HISTORIES, [(0, 0), (0, 4)])
    users = [RankNetwork().users(found, tf.constant(each)).numpy() for each in (HISTORIES, padded)]
    np.testing.assert_allclose(*users, atol=1e-6)


def loss_by_hand(found, numbers, *, temperature, is_corrected):
    """Of each row by itself; `found` by number of a text."""
    counts, items, histories = numbers[:, 0], numbers[:, 1], numbers[:, 2:]
    losses = []
    for row in range(len(numbers)):
        user = user_by_hand(found, histories[row])

        def score(other, user=user):
            correction = np.log(counts[other]) if is_corrected else 0
            return user @ found["vector"][items[other]] / temperature - correction

        liked = {items[row], *histories[row]}
        scores = [score(row), *(score(other) for other in range(len(numbers)) if items[other] not in liked)]
        losses.append(np.log(np.exp(scores).sum()) - scores[0])
    return losses


# Rows 0 and 3 have the same item; the item of row 2 is in the history of row 1.
NUMBERS = np.array([[4, 2, 1, 0], [1, 5, 3, 2], [9, 3, 0, 0], [4, 2, 5, 6]], np.int32)


@pytest.mark.parametrize("is_corrected", [True, False])
def test_loss_of_each_row(is_corrected):
    found = outputs()
    # What a batch has: the different texts, and text 0 behind them.
    different = [0, 1, 2, 3, 5, 6]
    batch = {name: np.concatenate([values[different], values[:1], values[:1]]) for name, values in found.items()}
    network = RankNetwork(temperature=0.3, is_corrected=is_corrected)
    losses = network.loss(tf.constant(NUMBERS), tensors(batch)).numpy()
    expected = loss_by_hand(found, NUMBERS, temperature=0.3, is_corrected=is_corrected)
    np.testing.assert_allclose(losses, expected, rtol=1e-4, atol=1e-5)


def test_with_the_correction_popular_items_may_score_higher():
    """Nothing tells users apart, and item 1 is liked six times, 2 three times, 3 once."""
    counts = np.array([6, 3, 1])
    numbers = np.stack([np.repeat(counts, counts), np.repeat([1, 2, 3], counts), np.zeros(10)], 1).astype(np.int32)
    scales = np.linspace(0, 3, 31)

    def best_scale(is_corrected):
        """Of the logarithms of the counts, as scores."""
        network = RankNetwork(temperature=1.0, is_corrected=is_corrected)
        losses = []
        for scale in scales:
            # Vectors whose product with the user, (1, 0), is the score.
            vectors = np.stack([np.concatenate([[0], scale * np.log(counts)]), np.zeros(4)], 1)
            made = {"vector": vectors, "value": np.tile([1.0, 0.0], (4, 1)), "attention": np.zeros((4, 2))}
            losses.append(network.loss(tf.constant(numbers), tensors(made)).numpy().mean())
        return scales[int(np.argmin(losses))]

    assert best_scale(True) > best_scale(False) + 0.5


def test_the_head_begins_with_the_encoders_own_vectors():
    network = RankNetwork()
    head = network.head(dropout=0.1, initializer_range=0.02)
    pooled = RANDOM.normal(size=(3, SIZE)).astype(np.float32)
    found = network.outputs(head(tf.constant(pooled)))
    np.testing.assert_allclose(found["vector"], unit(pooled), atol=1e-6)
    np.testing.assert_allclose(found["value"], pooled, atol=1e-6)
    assert found["attention"].shape == (3, 2)
    assert len(head.trainable_weights) == 6


def test_what_is_shown_while_training_is_how_many_come_first():
    network = RankNetwork(temperature=1.0)
    metrics = network.metrics()
    vectors = np.array([[0.0, 1], [1, 0], [0, 1]])
    made = {"vector": vectors, "value": np.array([[1.0, 0]] * 3), "attention": np.zeros((3, 2))}
    # Everybody's user is (1, 0): text 1 comes first for both rows.
    network.update_metrics(metrics, tf.constant([[1, 1, 0], [1, 2, 0]]), tensors(made))
    assert metrics[0].result().numpy() == 0.5
    network.update_metrics([], tf.constant([[1, 1, 0]]), tensors(made))


def test_weights_have_a_mean_of_one():
    assert RankNetwork().example_weights(None, np.array([1.0, 3.0])).tolist() == [0.5, 1.5]


def test_what_is_served_and_explained():
    found = tensors(outputs())
    assert list(RankNetwork().decode(found)) == ["vector"]
    explained = RankNetwork().explained(found, tf.constant(0)).numpy()
    assert explained[0] == pytest.approx(1)
    np.testing.assert_allclose(explained, found["vector"].numpy() @ found["vector"].numpy()[0], atol=1e-6)
