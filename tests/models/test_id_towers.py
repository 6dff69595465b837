import numpy as np
import tensorflow as tf

from bert_tf.models.id_towers import IdTowers, fit_best
from bert_tf.tasks.rank.network import RankNetwork

# Whoever liked 1 likes 2 next, and whoever liked 3 likes 4.
NUMBERS = np.array([[50, 2, 1], [50, 4, 3]] * 50, np.int32)
WEIGHTS = np.ones(100, np.float32)


def towers(seed=0):
    return IdTowers(RankNetwork(temperature=0.2), values=2 * 8 + 2, items=5, seed=seed)


def scores(outputs):
    users = RankNetwork().users(outputs, tf.constant([[1], [3]])).numpy()
    return users @ outputs["vector"].numpy().T


def test_ids_learn_what_comes_next():
    made = towers()
    fit_best(made, NUMBERS, WEIGHTS, epochs=60, score=None, patience=60)
    found = scores(made.outputs())
    assert found[0, 2] > found[0, 4] + 0.5
    assert found[1, 4] > found[1, 2] + 0.5


def test_the_epoch_that_is_best_on_validation_rows_is_kept():
    made, figures, kept = towers(), iter([0.1, 0.4, 0.3, 0.2, 0.9]), []

    def score(outputs):
        kept.append(outputs["vector"].numpy())
        return next(figures)

    assert fit_best(made, NUMBERS, WEIGHTS, epochs=5, score=score, patience=2) == 2
    # Two epochs without a better one end it.
    assert len(kept) == 4
    np.testing.assert_array_equal(made.outputs()["vector"].numpy(), kept[1])


def test_it_depends_on_the_seed_only():
    first, second, other = (towers(seed) for seed in (3, 3, 4))
    for each in (first, second, other):
        each.fit_epoch(NUMBERS, WEIGHTS)
    np.testing.assert_allclose(first.weights(), second.weights(), atol=1e-6)
    assert np.abs(first.weights() - other.weights()).max() > 0.01
