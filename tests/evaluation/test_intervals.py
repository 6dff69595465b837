import numpy as np
import pytest
import scipy.stats
from sklearn.metrics import accuracy_score, f1_score

from bert_tf.evaluation.classification import label_intervals, label_scores, label_statistics
from bert_tf.evaluation.intervals import bootstrap_intervals
from bert_tf.evaluation.row_statistics import RowStatistics


@pytest.fixture
def answers() -> tuple[np.ndarray, np.ndarray]:
    """Labels and answers, four in five of them right, five classes."""
    random = np.random.default_rng(3)
    labels = random.integers(0, 5, 400)
    return labels, np.where(random.random(400) < 0.8, labels, random.integers(0, 5, 400))


@pytest.mark.parametrize("level", [0.9, 0.95])
@pytest.mark.parametrize("metric", ["accuracy", "macro_f1"])
def test_the_interval_is_scipys(answers, metric, level):
    def score(labels: np.ndarray, predicted: np.ndarray) -> float:
        if metric == "accuracy":
            return accuracy_score(labels, predicted)
        return f1_score(labels, predicted, average="macro", zero_division=0)

    theirs = scipy.stats.bootstrap(
        answers, score, paired=True, vectorized=False, method="percentile", n_resamples=1500, confidence_level=level,
        rng=np.random.default_rng(5),
    ).confidence_interval  # fmt: skip
    ours = label_intervals(*answers, level=level, resamples=20_000)
    assert ours[metric] == pytest.approx((theirs.low, theirs.high), abs=0.006)


def test_a_resamples_macro_f1_leaves_out_the_classes_it_lacks():
    # Ten classes of one row each, the last one wrong. Every third resample lacks that row and other classes with it.
    labels = np.arange(10)
    low, high = label_intervals(labels, np.array([*range(9), 0]))["macro_f1"]
    assert low < 0.8
    assert high == 1.0


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1"])
def test_without_a_mistake_or_without_a_hit_the_score_is_not_certain(metric):
    labels = np.arange(31) % 3
    # Wilson's interval of a share of 1 begins at n / (n + z²), with z = 1.959964 for 95% and 1.644854 for 90%.
    assert label_intervals(labels, labels)[metric] == pytest.approx((31 / (31 + 3.841459), 1.0))
    assert label_intervals(labels, labels, level=0.9)[metric] == pytest.approx((31 / (31 + 2.705543), 1.0))
    wrong = label_intervals(np.array([3]), np.array([7]))[metric]
    assert wrong == pytest.approx((0.0, 3.841459 / (1 + 3.841459)), abs=1e-6)


def test_the_draw_repeats(answers):
    assert label_intervals(*answers) == label_intervals(*answers)
    by_seed = {label_intervals(*answers, resamples=50, seed=seed)["macro_f1"] for seed in range(3)}
    assert len(by_seed) == 3


def test_a_mean_that_is_no_share_is_certain_where_all_rows_are_alike():
    statistics = RowStatistics(np.array([[0.0, 1.0]]), np.zeros(9, int))
    found = bootstrap_intervals(statistics, lambda sums: {"error": sums[..., 0] / sums[..., 1]}, shares=())
    assert found == {"error": (0.0, 0.0)}


def test_the_interval_of_a_mean_is_scipys():
    errors = np.random.default_rng(2).exponential(size=300)
    statistics = RowStatistics(np.stack([errors, np.ones(300)], axis=1), np.arange(300))
    ours = bootstrap_intervals(statistics, lambda sums: {"error": sums[..., 0] / sums[..., 1]}, shares=())
    theirs = scipy.stats.bootstrap((errors,), np.mean, method="percentile", rng=np.random.default_rng(5))
    low, high = theirs.confidence_interval
    assert ours["error"] == pytest.approx((low, high), abs=0.01)


@pytest.mark.parametrize("seed", range(3))
def test_the_draws_are_those_of_the_confusion_matrix(seed):
    """As they always were: a multinomial draw from the cells that occur, by true and then by predicted label."""
    random = np.random.default_rng(seed)
    labels, predicted = random.integers(0, 12, (2, 90))
    cells, counts = np.unique(np.stack([labels, predicted]), axis=1, return_counts=True)
    draws = np.random.default_rng(0).multinomial(90, counts / 90, size=2000)
    drawn = label_scores(label_statistics(labels, predicted).resampled_sums(resamples=2000, seed=0))
    right = draws[:, cells[0] == cells[1]].sum(1) / 90
    np.testing.assert_array_equal(drawn["accuracy"], right)
    for draw, score in zip(draws[:20], drawn["macro_f1"][:20], strict=True):
        rows = np.repeat(cells, draw, axis=1)
        assert score == pytest.approx(f1_score(*rows, average="macro", zero_division=0))


def test_a_share_of_other_things_than_rows_is_as_uncertain_as_they_are_few():
    # 3 of 3 things in 1,000 rows: Wilson's interval begins at n / (n + z²) with n = 3 and z = 1.959964; nothing of
    # none may be anything.
    statistics = RowStatistics(np.array([[0.0], [1.0]]), np.array([1] * 3 + [0] * 997), {"recall": 3, "of none": 0})
    found = bootstrap_intervals(
        statistics,
        lambda sums: {"recall": np.ones(sums.shape[:-1]), "of none": np.zeros(sums.shape[:-1])},
        shares={"recall", "of none"},
    )
    assert found["recall"] == pytest.approx((3 / (3 + 3.841459), 1.0))
    assert found["of none"] == (0.0, 1.0)
