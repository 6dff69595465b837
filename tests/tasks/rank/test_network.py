"""The loss and the users' vectors against loops in NumPy."""

import numpy as np
import pytest
import tensorflow as tf

from bert_tf.models.item_features import ItemFeatures
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


AGED = RankNetwork(age_unit=10.0)
AGES = np.array([[5.0, 90, 0], [0, 0, 0], [-3, 0, 0], [1, 2, 1e6]], np.float32)


def test_attention_falls_with_the_age_of_an_event():
    found = outputs()
    found["attention"] = RANDOM.normal(size=(TEXTS, 3))
    users = AGED.users(tensors(found), tf.constant(HISTORIES), tf.constant(AGES)).numpy()
    for user, history, ages in zip(users, HISTORIES, AGES, strict=True):
        # What an event loses with age is as much less attention to begin with; what lies ahead counts as now.
        lost = found["attention"][:, 0].copy()
        for item, age in zip(history, ages, strict=True):
            lost[item] -= found["attention"][item, 2] * np.log1p(max(age, 0) / 10) if item else 0
        by_hand = {**found, "attention": np.column_stack([lost, found["attention"][:, 1]])}
        np.testing.assert_allclose(user, user_by_hand(by_hand, history), atol=1e-5)


def test_ages_reach_the_loss_as_bits_of_numbers():
    found = outputs()
    found["attention"] = RANDOM.normal(size=(TEXTS, 3))
    ages = np.array([[7.5, 0], [1e9, 3], [2, 0], [0.25, 8]], np.float32)
    network = RankNetwork(age_unit=10.0, temperature=0.3)
    batch = {name: values[[0, 1, 2, 3, 5, 6]] for name, values in found.items()}
    losses = network.loss(tf.constant(np.concatenate([NUMBERS, ages.view(np.int32)], 1)), tensors(batch)).numpy()
    items = found["vector"][NUMBERS[:, 1]]
    users = network.users(tensors(found), tf.constant(NUMBERS[:, 2:]), tf.constant(ages)).numpy()
    scores = users @ items.T / 0.3 - np.log(NUMBERS[:, 0])
    # Item 2 is liked by rows 0 and 3, and was by row 1; row 3 liked item 5 before, row 1's.
    scores[0, 3] = scores[3, 0] = scores[1, 0] = scores[1, 3] = scores[3, 1] = scores[1, 2] = -1e9
    np.testing.assert_allclose(losses, np.log(np.exp(scores).sum(1)) - np.diag(scores), rtol=1e-4)


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


def test_features_are_added_and_begin_with_nothing():
    categories = ItemFeatures({"genres": ("a", "b")}, {"year": (0.0, 1.0)}, "|")
    network = RankNetwork(features=categories, age_unit=1.0)
    head = network.head(dropout=0.1, initializer_range=0.02)
    pooled, features = RANDOM.normal(size=(3, SIZE)).astype(np.float32), np.eye(3, 4, dtype=np.float32)
    before = network.outputs(head(tf.constant(pooled), features=tf.constant(features)))
    np.testing.assert_allclose(before["vector"], unit(pooled), atol=1e-6)
    assert (before["attention"][:, 2].numpy() == 0).all()
    added = RANDOM.normal(size=(4, 2 * SIZE)).astype(np.float32)
    head.of_features.assign(added)
    after = network.outputs(head(tf.constant(pooled), features=tf.constant(features)))
    np.testing.assert_allclose(after["vector"], unit(pooled + added[:3, :SIZE]), atol=1e-6)
    np.testing.assert_allclose(after["value"], pooled + added[:3, SIZE:], atol=1e-6)
    # Of a text alone nothing else is known.
    np.testing.assert_allclose(network.outputs(head(tf.constant(pooled)))["value"], pooled, atol=1e-6)
    assert network.head_values(SIZE) == head(tf.constant(pooled)).shape[1]


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
