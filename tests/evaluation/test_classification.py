import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, log_loss

from bert_tf.evaluation.classification import label_figures, label_scores, label_statistics, label_tables, scores

NAMES = ("bad", "good", "so-so")
# True labels 0, 0, 1, 1, 1; predicted 0, 1, 1, 1, 0. The third label occurs in neither.
LABELS = np.array([0, 0, 1, 1, 1])
LOGITS = np.array([[2.0, 1, 0], [1, 2, 0], [0, 3, 0], [1, 2, 1], [5, 0, 0]])


@pytest.fixture
def metrics():
    return {**label_figures(LABELS, LOGITS), **label_tables(LABELS, LOGITS.argmax(-1), NAMES)}


def test_by_hand(metrics):
    assert metrics["accuracy"] == pytest.approx(3 / 5)
    # bad: precision 1/2, recall 1/2; good: precision 2/3, recall 2/3.
    assert metrics["per_class"]["bad"] == pytest.approx({"precision": 0.5, "recall": 0.5, "f1": 0.5, "support": 2})
    assert metrics["per_class"]["good"] == pytest.approx(
        {"precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3, "support": 3}
    )
    assert metrics["per_class"]["so-so"]["support"] == 0
    assert metrics["macro_f1"] == pytest.approx((0.5 + 2 / 3) / 2)
    assert metrics["weighted_f1"] == pytest.approx((2 * 0.5 + 3 * 2 / 3) / 5)
    assert metrics["confusion_matrix"] == [[1, 1, 0], [1, 2, 0], [0, 0, 0]]


def test_log_loss_is_scikit_learns(metrics):
    probabilities = np.exp(LOGITS) / np.exp(LOGITS).sum(1, keepdims=True)
    assert metrics["log_loss"] == pytest.approx(log_loss(LABELS, probabilities, labels=[0, 1, 2]))
    assert scores(LABELS, LOGITS)["loss"] == pytest.approx(metrics["log_loss"])


def test_what_is_followed_while_training_is_scikit_learns():
    generator = np.random.default_rng(0)
    # Of the last two labels no row is, and the last none is said to be of either.
    labels, logits = generator.integers(0, 5, 200), generator.normal(size=(200, 7)) - [0, 0, 0, 0, 0, 1, 99]
    found, predicted = scores(labels, logits), logits.argmax(-1)
    assert found["accuracy"] == accuracy_score(labels, predicted)
    assert found["macro_f1"] == pytest.approx(f1_score(labels, predicted, average="macro", zero_division=0))


def test_a_sure_mistake_costs_what_it_is_worth():
    # scikit-learn clips probabilities; from logits, the loss of a hopeless row is its logit.
    assert scores(np.array([0]), np.array([[0.0, 500.0]]))["loss"] == pytest.approx(500)


def test_scores_from_sums_are_those_of_the_rows(metrics):
    statistics = label_statistics(LABELS, LOGITS.argmax(-1))
    found = label_scores(statistics.sums())
    assert {name: float(value) for name, value in found.items()} == pytest.approx(
        {name: metrics[name] for name in ("accuracy", "macro_f1")}
    )
    assert statistics.row_scores(label_scores)["accuracy"].tolist() == [1, 0, 1, 1, 0]


def test_statistics_by_hand():
    # Rows of (0, 1), (2, 2), (0, 1): hits of each class, then how often each is named.
    statistics = label_statistics(np.array([0, 2, 0]), np.array([1, 2, 1]))
    assert statistics.table.tolist() == [[0, 0, 0, 1, 1, 0], [0, 0, 1, 0, 0, 2]]
    assert statistics.line_of.tolist() == [0, 1, 0]
