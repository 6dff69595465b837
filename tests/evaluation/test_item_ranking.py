import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from bert_tf.evaluation.item_ranking import rank_items
from bert_tf.ragged_rows import RaggedRows


def ranked(scores, right, left_out=None):
    scores = np.array(scores, np.float64)
    rows = [[]] * len(scores) if left_out is None else left_out
    items = np.array([item for row in rows for item in row], np.int32)
    flat = RaggedRows.of_lengths(items, np.array(list(map(len, rows))))
    return rank_items(lambda part: scores[part], items=scores.shape[1], right=np.array(right), left_out=flat)


def test_ranks_by_hand():
    found = ranked([[0.9, 0.5, 0.1], [0.2, 0.8, 0.4], [0.3, 0.3, 0.7]], [1, 1, 0])
    assert found.rank.tolist() == [2, 1, 2]
    assert found.among.tolist() == [3, 3, 3]
    assert found.top[:, :4].tolist() == [[0, 1, 2, -1], [1, 2, 0, -1], [2, 0, 1, -1]]
    assert found.wrong.tolist() == [0, 2, 2]
    np.testing.assert_allclose(found.score, [0.5, 0.8, 0.3], rtol=1e-6)
    np.testing.assert_allclose(found.wrong_score, [0.9, 0.4, 0.7], rtol=1e-6)


def test_what_a_user_knows_is_not_ranked_but_the_right_item_is():
    found = ranked([[0.9, 0.5, 0.1, 0.7]], [1], [[0, 1]])
    assert (found.rank.tolist(), found.among.tolist(), found.wrong.tolist()) == ([2], [3], [3])
    assert found.top[0, :4].tolist() == [3, 1, 2, -1]


def test_half_of_equal_scores_stand_before():
    assert ranked([[0.5] * 5], [2]).rank.tolist() == [3]
    assert ranked([[0.5, 0.5, 0.9, 0.1]], [0]).rank.tolist() == [2]


@pytest.mark.parametrize("own, others", [(np.nan, 0.5), (0.5, np.nan), (np.nan, np.nan)])
def test_a_score_that_is_not_a_number_is_no_hit(own, others):
    assert ranked([[own, others, others]], [0]).rank.tolist() == [3]


def test_an_item_alone_is_first():
    found = ranked([[0.5, 0.4]], [0], [[1]])
    assert (found.rank.tolist(), found.among.tolist(), found.wrong.tolist()) == ([1], [1], [0])


def test_the_share_behind_is_the_area_under_the_curve():
    random = np.random.default_rng(0)
    scores, right = random.normal(size=(20, 30)), random.integers(0, 30, 20)
    found = ranked(scores, right)
    areas = [roc_auc_score(np.arange(30) == item, row) for row, item in zip(scores, right, strict=True)]
    np.testing.assert_allclose((found.among - found.rank) / (found.among - 1), areas)
