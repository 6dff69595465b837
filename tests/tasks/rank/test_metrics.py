import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from bert_tf.evaluation.split_metrics import score_intervals
from bert_tf.tasks.rank.metrics import RankMetrics, unit_of

METRICS = RankMetrics()
# Of 40 rows of 4 users: 10 first, 10 third, 10 eleventh, 10 last.
RANKS = np.repeat([1, 3, 11, 50], 10)


def test_figures_by_hand(drawn):
    found = METRICS.figures(drawn(RANKS).answers)
    assert found["hit_rate_at_10"] == 0.5
    assert found["ndcg_at_10"] == pytest.approx((1 + 1 / np.log2(4)) / 4)
    assert found["auc"] == pytest.approx(np.mean([49, 47, 39, 0]) / 49)


def test_the_gain_is_that_of_scikit_learn(drawn):
    ranks = np.array([1, 2, 7, 10, 11, 50])
    found = METRICS.figures(drawn(ranks).answers)["ndcg_at_10"]
    items = np.arange(50)
    gains = [ndcg_score([items == 0], [np.where(items == 0, -rank, -np.where(items < rank, items, items + 1))], k=10)
             for rank in ranks]  # fmt: skip
    assert found == pytest.approx(np.mean(gains))


def test_coverage_is_the_share_of_items_in_anybodys_first_ten(drawn):
    # Rows 0 and 1 recommend the items 0 and 2 to 10, and 1 and 3 to 11.
    assert METRICS.figures(drawn(np.array([1, 1])).answers)["coverage"] == 12 / 50


def test_other_rankings_are_held_against_it(drawn):
    tables = METRICS.tables(drawn(RANKS, popularity=np.full(40, 11), cooccurrence=RANKS, ids=np.ones(40, int)).answers)
    popularity, together, ids = tables["rankings"]
    assert (popularity["name"], popularity["hit_rate_at_10"]) == ("popularity", 0)
    own = METRICS.figures(drawn(RANKS).answers)["ndcg_at_10"]
    assert popularity["ahead"] == pytest.approx(own)
    assert (together["ahead"], together["low"], together["high"]) == (0, 0, 0)
    assert ids["ahead"] == pytest.approx(own - 1)
    assert ids["high"] < 0


def test_users_are_drawn_and_not_rows(drawn):
    """Four users whose rows are alike: the interval is that of four values and not of forty."""
    answers = drawn(RANKS).answers
    by_user = METRICS.tables(answers)["intervals"]["hit_rate_at_10"]
    assert by_user == [0.0, 1.0]
    assert list(score_intervals(METRICS, answers)["hit_rate_at_10"]) == by_user
    assert len(np.unique(unit_of(answers))) == 4


def test_new_items_have_figures_of_their_own(drawn):
    ranks = np.where(np.arange(40) % 5 == 0, 11, 1)
    new = METRICS.tables(drawn(ranks).answers)["new_items"]
    assert (new["examples"], new["users"], new["hit_rate_at_10"]) == (8, 4, 0)
    assert len(new["rankings"]) == 3
    answers = drawn(ranks).answers
    none = METRICS.tables(answers.of(~np.asarray(answers.outputs["is_new"])))["new_items"]
    assert none == {"examples": 0, "users": 0}


def test_what_a_model_could_not_know_is_counted(drawn):
    tables = METRICS.tables(drawn(RANKS).answers)
    # Rows 0, 12, 24 and 36 have no history, and rows 11, 23 and 35 one of eleven items.
    assert (tables["without_history"], tables["cut_histories"], tables["users"], tables["items"]) == (4, 3, 4, 50)


def test_no_rows_have_no_figures(drawn):
    none = drawn(RANKS).answers.of(slice(0))
    tables = METRICS.tables(none)
    assert (tables["intervals"], tables["rankings"], tables["users"]) == ({}, [], 0)
