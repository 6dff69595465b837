import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from bert_tf.evaluation import ranking
from bert_tf.evaluation.label_ranking import rank_by_label

RANDOM = np.random.default_rng(0)


def unit(rows, size):
    vectors = RANDOM.normal(size=(rows, size))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("at_once", [1 << 24, 7])
def test_by_hand(monkeypatch, at_once):
    monkeypatch.setattr(ranking, "_AT_ONCE", at_once)
    angles = np.radians([0, 21, 15, 60, 100, 50])
    vectors = np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)
    found = rank_by_label(vectors, np.array([0, 0, 1, 1, 1, 2]))
    # 0°: 15° stands before 21°; 21°: 15° before 0°. 15°: 21°, 0° and 50° before 60°. 60°: 50° and 21° before 100°.
    # 100°: 60° is the nearest. 50° is alone: behind all five.
    assert found.rank.tolist() == [2, 2, 4, 3, 1, 6]
    np.testing.assert_allclose(found.score[[0, 4, 5]], [*np.cos(np.radians([21, 40])), -1], atol=1e-6)
    assert found.wrong.tolist() == [2, 2, 1, 5, 5, 3]
    np.testing.assert_allclose(found.wrong_score[[0, 5]], np.cos(np.radians([15, 10])), atol=1e-6)


def test_the_share_of_first_ranks_is_the_accuracy_of_the_nearest_neighbour():
    vectors, labels = unit(60, 5), RANDOM.integers(0, 4, 60)
    # scikit-learn leaves a text itself out where it isn't given one.
    neighbours = KNeighborsClassifier(1, metric="cosine").fit(vectors, labels).kneighbors(return_distance=False)
    assert ((rank_by_label(vectors, labels).rank == 1) == (labels[neighbours[:, 0]] == labels)).all()


def test_vectors_that_are_not_finite_find_nothing():
    found = rank_by_label(np.full((4, 2), np.nan, np.float32), np.array([0, 0, 1, 1]))
    assert found.rank.tolist() == [3] * 4


def test_one_label_has_nothing_wrong():
    found = rank_by_label(unit(3, 4), np.zeros(3, int))
    assert (found.rank.tolist(), found.wrong.tolist(), found.wrong_score.tolist()) == ([1] * 3, [0, 1, 2], [-1] * 3)
