import numpy as np
import pytest
import scipy.stats
from sklearn.metrics import accuracy_score, f1_score

from bert_tf.evaluation.intervals import bootstrap_interval


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
    ours = bootstrap_interval(*answers, metric=metric, level=level, resamples=20_000)
    assert ours == pytest.approx((theirs.low, theirs.high), abs=0.006)


def test_a_resamples_macro_f1_leaves_out_the_classes_it_lacks():
    # Ten classes of one row each, the last one wrong. Every third resample lacks that row and other classes with it.
    labels = np.arange(10)
    low, high = bootstrap_interval(labels, np.array([*range(9), 0]), metric="macro_f1")
    assert low < 0.8
    assert high == 1.0


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1"])
def test_without_a_mistake_or_without_a_hit_the_score_is_not_certain(metric):
    labels = np.arange(31) % 3
    # Wilson's interval of a share of 1 begins at n / (n + z²), with z = 1.959964 for 95% and 1.644854 for 90%.
    assert bootstrap_interval(labels, labels, metric=metric) == pytest.approx((31 / (31 + 3.841459), 1.0))
    assert bootstrap_interval(labels, labels, metric=metric, level=0.9) == pytest.approx((31 / (31 + 2.705543), 1.0))
    wrong = bootstrap_interval(np.array([3]), np.array([7]), metric=metric)
    assert wrong == pytest.approx((0.0, 3.841459 / (1 + 3.841459)), abs=1e-6)


def test_the_draw_repeats(answers):
    assert bootstrap_interval(*answers) == bootstrap_interval(*answers)
    by_seed = {bootstrap_interval(*answers, metric="macro_f1", resamples=50, seed=seed) for seed in range(3)}
    assert len(by_seed) == 3
