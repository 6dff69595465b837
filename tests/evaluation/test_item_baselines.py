import numpy as np

from bert_tf.evaluation.item_baselines import CoOccurrence, popularity_scores

# Users 1 and 2 liked items 0 and 1; user 3 liked 1 and 2; item 3 has no event.
USERS, ITEMS = np.array([1, 1, 2, 2, 3, 3]), np.array([0, 1, 0, 1, 1, 2])


def test_popularity_is_the_same_for_everybody():
    assert popularity_scores(np.array([2, 3, 1]))(slice(4, 6)).tolist() == [[2, 3, 1]] * 2


def test_co_occurrence_is_the_cosine_of_the_users_of_two_items():
    together = CoOccurrence(USERS, ITEMS, count=4)
    found = together.scores(np.array([[0, -1], [2, 0], [-1, -1]]))(slice(0, 3))
    # 0 and 1 have two users in common, of two and three; 1 and 2 one, of three and one.
    near, far = 2 / np.sqrt(2 * 3), 1 / np.sqrt(3)
    np.testing.assert_allclose(found, [[0, near, 0, 0], [0, near + far, 0, 0], [0, 0, 0, 0]], atol=1e-8)


def test_of_equal_scores_the_more_popular_item_comes_first():
    found = CoOccurrence(USERS, ITEMS, count=4).scores(np.array([[-1]]))(slice(0, 1))[0]
    assert np.argsort(-found, kind="stable").tolist() == [1, 0, 2, 3]


def test_a_user_who_liked_an_item_twice_counts_once():
    twice = CoOccurrence(np.append(USERS, 1), np.append(ITEMS, 0), count=4)
    histories = np.array([[0]])
    once = CoOccurrence(USERS, ITEMS, count=4).scores(histories)(slice(0, 1))
    np.testing.assert_allclose(twice.scores(histories)(slice(0, 1)), once)
