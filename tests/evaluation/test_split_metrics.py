import numpy as np
import pytest
from sklearn.metrics import log_loss

from bert_tf.evaluation.split_metrics import Answers, row_scores, score_intervals, split_metrics
from bert_tf.tasks.classify.metrics import ClassifyMetrics

# True labels 0, 0, 1, 1, 1; predicted 0, 1, 1, 1, 0.
LABELS = np.array([0, 0, 1, 1, 1])
LOGITS = np.array([[2.0, 1, 0], [1, 2, 0], [0, 3, 0], [1, 2, 1], [5, 0, 0]])
ANSWERS = Answers(LABELS, {"logits": LOGITS}, {"label_names": ("bad", "good", "so-so")})
FIRST = np.arange(5) == 0


def test_a_split_in_the_order_of_metrics_json():
    found = split_metrics(ClassifyMetrics(), ANSWERS, truncated=FIRST)
    assert list(found) == [
        "examples", "accuracy", "macro_f1", "weighted_f1", "log_loss", "truncated_share", "per_class",
        "confusion_matrix",
    ]  # fmt: skip
    assert (found["examples"], found["accuracy"], found["truncated_share"]) == (5, 0.6, 0.2)


def test_leaked_rows_are_left_out_beside_the_whole():
    in_train = np.array([False, True, False, False, True])
    found = split_metrics(ClassifyMetrics(), ANSWERS, truncated=FIRST, in_train=in_train)
    rest = found.pop("without_leaked")
    assert found == split_metrics(ClassifyMetrics(), ANSWERS, truncated=FIRST)
    # The two mistakes are leaked; the other three rows are right.
    assert (rest["examples"], rest["accuracy"], rest["macro_f1"]) == (3, 1.0, 1.0)
    probabilities = np.exp(LOGITS) / np.exp(LOGITS).sum(1, keepdims=True)
    assert rest["log_loss"] == pytest.approx(log_loss(LABELS[[0, 2, 3]], probabilities[[0, 2, 3]], labels=[0, 1, 2]))


@pytest.mark.parametrize(("in_train", "expected"), [(None, None), ([False] * 5, None), ([True] * 5, {"examples": 0})])
def test_none_or_all_leaked(in_train, expected):
    in_train = None if in_train is None else np.array(in_train)
    found = split_metrics(ClassifyMetrics(), ANSWERS, truncated=FIRST, in_train=in_train)
    assert found.get("without_leaked") == expected


def test_the_first_measure_of_each_row():
    assert row_scores(ClassifyMetrics(), ANSWERS).tolist() == [1, 0, 1, 1, 0]


def test_intervals_of_shares_are_never_certain():
    found = score_intervals(ClassifyMetrics(), ANSWERS.of(np.array([True, False, True, True, False])))
    # Wilson's interval of three in three begins at n / (n + z²).
    assert found == {key: pytest.approx((3 / (3 + 3.841459), 1.0)) for key in ("accuracy", "macro_f1")}
