import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from bert_tf.evaluation.split_metrics import Answers, score_intervals
from bert_tf.tasks.regress.metrics import RegressMetrics

METRICS = RegressMetrics()


def answers(expected, values, *, mean=0.0):
    both = (np.asarray(each, np.float32) for each in (expected, values))
    expected, values = both
    return Answers(expected, {"value": values}, {"mean": mean, "std": 1.0})


@given(rows=st.integers(2, 60), seed=st.integers(0, 1000), unit=st.sampled_from([1e-3, 1.0, 1e6]), ties=st.booleans())
def test_figures_are_those_of_scikit_learn_and_scipy(rows, seed, unit, ties):
    random = np.random.default_rng(seed)
    expected = random.normal(size=rows)
    values = expected + random.normal(size=rows)
    if ties:
        expected = np.round(expected)
    found = answers(unit * (5 + expected), unit * (5 + values))
    expected, values = found.expected.astype(float), found.outputs["value"].astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        independent = {
            "mae": mean_absolute_error(expected, values),
            "rmse": root_mean_squared_error(expected, values),
            "spearman": np.nan_to_num(spearmanr(expected, values).statistic),
            "r2": r2_score(expected, values),
            "pearson": np.nan_to_num(pearsonr(expected, values).statistic),
        }
    assert METRICS.figures(found) == pytest.approx(independent, rel=1e-6, abs=1e-6)
    assert METRICS.after_epoch(found) == pytest.approx({key: independent[key] for key in ("mae", "rmse", "spearman")})


def test_by_hand():
    # Errors of 1, -1, 3 and 1.
    figures = METRICS.figures(answers([1, 2, 3, 4], [2, 1, 6, 5]))
    assert figures["mae"] == 1.5
    assert figures["rmse"] == pytest.approx(np.sqrt(12 / 4))
    # Of 5, the variation of the labels.
    assert figures["r2"] == pytest.approx(1 - 12 / 5)
    # Ranks 2, 1, 4, 3: one minus six times the squared differences, 4, by 4 · 15.
    assert figures["spearman"] == pytest.approx(1 - 6 * 4 / 60)


@pytest.mark.parametrize(
    ("expected", "values", "r2"),
    [([2, 2, 2], [1, 2, 3], 0.0), ([2, 2, 2], [2, 2, 2], 1.0), ([1, 2, 3], [2, 2, 2], 0.0), ([7.1], [7.0], 0.0)],
)
def test_where_one_side_is_all_equal_nothing_is_correlated_and_all_are_numbers(expected, values, r2):
    found = answers(expected, values)
    figures = METRICS.figures(found)
    assert (figures["spearman"], figures["pearson"]) == (0, 0)
    assert figures["r2"] == pytest.approx(r2)
    intervals = score_intervals(METRICS, found)
    assert np.isfinite([*figures.values(), *(end for interval in intervals.values() for end in interval)]).all()


def test_one_rows_scores_have_its_error_as_the_first():
    statistics = METRICS.statistics(answers([1, 2], [3, 2.5]))
    np.testing.assert_allclose(statistics.row_scores(METRICS.score)["mae"], [2, 0.5])


def test_intervals_of_a_mean_error_are_those_of_its_standard_error():
    random = np.random.default_rng(0)
    expected = random.normal(size=2000)
    found = answers(expected, expected + random.normal(size=2000))
    low, high = score_intervals(METRICS, found)["mae"]
    errors = np.abs(found.outputs["value"] - found.expected)
    assert high - low == pytest.approx(2 * 1.96 * errors.std() / np.sqrt(2000), rel=0.1)
    assert low < errors.mean() < high


def test_intervals_of_spearman_are_nearly_those_of_ranks_made_anew():
    random = np.random.default_rng(1)
    expected = random.normal(size=300)
    found = answers(expected, expected + 0.7 * random.normal(size=300))
    low, high = score_intervals(METRICS, found)["spearman"]
    drawn = random.integers(0, 300, (1000, 300))
    again = [spearmanr(found.expected[rows], found.outputs["value"][rows]).statistic for rows in drawn]
    assert [low, high] == pytest.approx(np.quantile(again, [0.025, 0.975]), abs=0.02)


def test_tables_tell_of_the_baseline_and_of_labels_of_like_size():
    found = METRICS.tables(answers(np.arange(60), np.arange(60) + 1.0, mean=20.0))
    assert found["baseline"] == pytest.approx(
        {"value": 20, "mae": (210 + 780) / 60, "rmse": np.sqrt(np.mean((np.arange(60) - 20.0) ** 2)), "std": 1.0}
    )
    assert [(part["from"], part["to"], part["rows"]) for part in found["by_label_range"]] == [
        (0, 9, 10), (10, 19, 10), (20, 29, 10), (30, 39, 10), (40, 49, 10), (50, 59, 10),
    ]  # fmt: skip
    assert {part["bias"] for part in found["by_label_range"]} == {1.0}
    assert found["intervals"]["mae"] == [1.0, 1.0]


def test_of_no_rows_there_are_no_groups():
    assert METRICS.tables(answers([], [])) == {
        "intervals": {},
        "baseline": {"value": 0.0, "mae": 0.0, "rmse": 0.0, "std": 1.0},
        "by_label_range": [],
    }
