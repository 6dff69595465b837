import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from bert_tf.evaluation.split_metrics import Answers, row_scores, score_intervals
from bert_tf.measures import find_measure


def test_each_head_is_measured_on_the_rows_that_have_a_label_of_it(task, answers):
    figures = task.metrics().figures(answers)
    assert figures["mood.accuracy"] == pytest.approx(accuracy_score([1, 0, 1], [1, 1, 1]))
    assert figures["mood.macro_f1"] == pytest.approx(f1_score([1, 0, 1], [1, 1, 1], average="macro"))
    assert figures["stars.mae"] == pytest.approx((1 + 0 + 2) / 3)
    assert figures["stars.rmse"] == pytest.approx(((1 + 0 + 4) / 3) ** 0.5)
    assert list(figures)[:6] == [measure.key for measure in task.followed]


def test_scores_follow_from_sums(task, answers):
    metrics = task.metrics()
    statistics = metrics.statistics(answers)
    scores = metrics.score(statistics.sums())
    figures = metrics.figures(answers)
    assert {key: float(value) for key, value in scores.items()} == pytest.approx({key: figures[key] for key in scores})
    assert set(scores) == {"mood.accuracy", "mood.macro_f1"} | {
        f"stars.{key}" for key in ("mae", "rmse", "spearman", "r2", "pearson")
    }
    assert statistics.things["mood.accuracy"] == 3


def test_a_row_without_a_label_has_no_score(task, answers):
    found = row_scores(task.metrics(), answers)
    assert np.array_equal(found, [1, np.nan, 0, 1], equal_nan=True)
    scores = task.metrics().statistics(answers).row_scores(task.metrics().score)
    assert np.array_equal(scores["stars.mae"], [1, 0, 2, np.nan], equal_nan=True)


def test_intervals_pass_over_draws_without_the_heads_rows(task, answers):
    # One row of four has a mood, so that a third of the draws has none.
    expected = answers.expected.copy()
    expected[1:, 0] = 0
    intervals = score_intervals(task.metrics(), Answers(expected, answers.outputs, answers.facts))
    assert all(np.isfinite(each).all() for each in intervals.values())
    # A share of 1 of a single row: Wilson's interval of one thing.
    assert intervals["mood.accuracy"].low == pytest.approx(1 / (1 + 1.959964**2), abs=1e-5)


def test_a_head_without_rows_is_left_out(task, answers):
    without = answers.of(np.array([False, True, False, False]))
    assert {key.partition(".")[0] for key in task.metrics().after_epoch(without)} == {"stars"}
    assert set(task.metrics().tables(without)) == {"stars"}


def test_tables_stand_under_the_heads_name(task, answers):
    tables = task.metrics().tables(answers)
    assert (tables["mood"]["examples"], tables["stars"]["examples"]) == (3, 3)
    assert tables["mood"]["per_class"]["good"]["recall"] == 1


def test_a_measure_of_a_head_is_found_by_its_place(task):
    assert find_measure("validation.stars.mae", task.measures).better == "less"
    assert find_measure("validation.mood.loss", task.measures).key == "mood.log_loss"
    assert find_measure("test.without_leaked.mood.accuracy", task.measures).key == "mood.accuracy"
    assert task.followed[0].name == "mood accuracy"
