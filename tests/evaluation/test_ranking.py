"""Against ranks by sorting, and scikit-learn's nDCG."""

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from bert_tf.evaluation import ranking
from bert_tf.evaluation.ranking import rank_texts, shortened
from bert_tf.ragged_rows import RaggedRows

RANDOM = np.random.default_rng(0)


def unit(rows: int, size: int = 8) -> np.ndarray:
    vectors = RANDOM.normal(size=(rows, size)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def nothing(rows: int) -> RaggedRows:
    return RaggedRows.of_lengths(np.zeros(0, np.int64), np.zeros(rows, np.int64))


VECTORS, TEXTS, RIGHT = unit(50), unit(20), RANDOM.integers(0, 20, 50)


def test_ranks_are_those_of_a_sorted_list():
    found = rank_texts(VECTORS, TEXTS, right=RIGHT, left_out=nothing(50))
    for row in range(50):
        cosines = [float(VECTORS[row] @ text) for text in TEXTS]
        order = sorted(range(20), key=lambda text: -cosines[text])
        assert found.rank[row] == 1 + order.index(RIGHT[row])
        assert found.wrong[row] == next(text for text in order if text != RIGHT[row])
        assert found.score[row] == pytest.approx(cosines[RIGHT[row]], abs=1e-6)
        assert found.wrong_score[row] == pytest.approx(cosines[found.wrong[row]], abs=1e-6)


def test_ranks_give_the_ndcg_of_scikit_learn():
    found = rank_texts(VECTORS, TEXTS, right=RIGHT, left_out=nothing(50))
    gains = np.where(found.rank <= 10, 1 / np.log2(1 + found.rank), 0)
    wanted = ndcg_score(np.eye(20)[RIGHT], VECTORS @ TEXTS.T, k=10)
    assert gains.mean() == pytest.approx(wanted, abs=1e-6)


def test_blocks_of_rows_are_ranked_as_all_of_them(monkeypatch):
    whole = rank_texts(VECTORS, TEXTS, right=RIGHT, left_out=nothing(50))
    monkeypatch.setattr(ranking, "_AT_ONCE", 60)  # three rows at a time
    parts = rank_texts(VECTORS, TEXTS, right=RIGHT, left_out=nothing(50))
    np.testing.assert_array_equal(parts.rank, whole.rank)
    np.testing.assert_array_equal(parts.wrong, whole.wrong)


def test_what_is_right_as_well_is_not_ranked():
    texts = np.eye(3, dtype=np.float32)
    vector = np.array([[0.9, 0.4, 0.1]], np.float32)
    right, others = np.array([1]), RaggedRows.of_lengths(np.array([0]), np.array([1]))
    assert rank_texts(vector, texts, right=right, left_out=nothing(1)).rank == [2]
    found = rank_texts(vector, texts, right=right, left_out=others)
    assert (found.rank, found.wrong) == ([1], [2])


def test_texts_that_are_just_as_near_stand_before_the_right_one():
    same = np.ones((4, 2), np.float32) / np.sqrt(np.float32(2))
    found = rank_texts(same[:1], same, right=np.array([2]), left_out=nothing(1))
    assert (found.rank, found.wrong) == ([4], [0])


def test_one_text_has_nothing_beside_it():
    found = rank_texts(VECTORS[:2], TEXTS[:1], right=np.zeros(2, int), left_out=nothing(2))
    assert (found.rank.tolist(), found.wrong.tolist(), found.wrong_score.tolist()) == ([1, 1], [0, 0], [-1, -1])
    none = rank_texts(VECTORS[:0], TEXTS, right=np.zeros(0, int), left_out=nothing(0))
    assert len(none.rank) == 0


def test_a_vector_that_is_cut_has_length_1_again():
    np.testing.assert_allclose(shortened(np.array([[3, 4, 12], [0, 0, 1]], np.float32), 2), [[0.6, 0.8], [0, 0]])


def test_vectors_that_are_no_numbers_find_nothing():
    texts = np.eye(3, dtype=np.float32)
    nothing = RaggedRows.of_lengths(np.zeros(0, np.int64), np.zeros(3, np.int64))
    found = rank_texts(np.full((3, 3), np.nan, np.float32), texts, right=np.arange(3), left_out=nothing)
    assert found.rank.tolist() == [3, 3, 3]
    assert rank_texts(texts, texts, right=np.arange(3), left_out=nothing).rank.tolist() == [1, 1, 1]
