import numpy as np
import pytest
from sklearn.metrics import log_loss

from bert_tf.evaluation.classification import classification_metrics, scores

NAMES = ("bad", "good", "so-so")
# True labels 0, 0, 1, 1, 1; predicted 0, 1, 1, 1, 0. The third label occurs in neither.
LABELS = np.array([0, 0, 1, 1, 1])
LOGITS = np.array([[2.0, 1, 0], [1, 2, 0], [0, 3, 0], [1, 2, 1], [5, 0, 0]])


@pytest.fixture
def metrics():
    truncated = np.array([True, False, False, False, False])
    return classification_metrics(LABELS, LOGITS, label_names=NAMES, truncated=truncated)


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
    assert metrics["truncated_share"] == pytest.approx(0.2)
    assert metrics["examples"] == 5


def test_log_loss_is_scikit_learns(metrics):
    probabilities = np.exp(LOGITS) / np.exp(LOGITS).sum(1, keepdims=True)
    assert metrics["log_loss"] == pytest.approx(log_loss(LABELS, probabilities, labels=[0, 1, 2]))
    assert scores(LABELS, LOGITS)["loss"] == pytest.approx(metrics["log_loss"])


def test_a_sure_mistake_costs_what_it_is_worth():
    # scikit-learn clips probabilities; from logits, the loss of a hopeless row is its logit.
    assert scores(np.array([0]), np.array([[0.0, 500.0]]))["loss"] == pytest.approx(500)


def test_leaked_rows_are_left_out_beside_the_whole(metrics):
    in_train = np.array([False, True, False, False, True])
    found = classification_metrics(LABELS, LOGITS, label_names=NAMES, truncated=in_train, in_train=in_train)
    rest = found.pop("without_leaked")
    assert found == {**metrics, "truncated_share": 0.4}
    # The two mistakes are leaked; the other three rows are right.
    assert (rest["examples"], rest["accuracy"], rest["macro_f1"]) == (3, 1.0, 1.0)
    probabilities = np.exp(LOGITS) / np.exp(LOGITS).sum(1, keepdims=True)
    assert rest["log_loss"] == pytest.approx(log_loss(LABELS[[0, 2, 3]], probabilities[[0, 2, 3]], labels=[0, 1, 2]))


@pytest.mark.parametrize(("in_train", "expected"), [(None, None), ([False] * 5, None), ([True] * 5, {"examples": 0})])
def test_none_or_all_leaked(in_train, expected):
    in_train = None if in_train is None else np.array(in_train)
    found = classification_metrics(LABELS, LOGITS, label_names=NAMES, truncated=np.zeros(5, bool), in_train=in_train)
    assert found.get("without_leaked") == expected
