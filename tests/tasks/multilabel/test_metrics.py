import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.metrics import average_precision_score, f1_score, log_loss, precision_score, recall_score

from bert_tf.evaluation.split_metrics import Answers, row_scores, score_intervals
from bert_tf.tasks.multilabel.metrics import MultilabelMetrics

METRICS = MultilabelMetrics()


def answers_of(expected: np.ndarray, logits: np.ndarray, **facts) -> Answers:
    names = tuple(map(str, range(expected.shape[1])))
    return Answers(expected, {"logits": logits}, {"label_names": names, **facts})


@settings(max_examples=30, deadline=None)
@given(rows=st.integers(2, 40), labels=st.integers(1, 8), seed=st.integers(0, 1000))
def test_figures_are_scikit_learns_and_scores_follow_from_sums(rows, labels, seed):
    random = np.random.default_rng(seed)
    expected, logits = random.random((rows, labels)) < 0.4, random.normal(size=(rows, labels))
    expected[0] = True  # each label occurs, as scikit-learn's macro F1 counts those that don't
    thresholds = random.uniform(0.2, 0.8, labels).astype(np.float32)
    answers = answers_of(expected, logits, thresholds=thresholds.tolist())
    selected, probabilities = expit(logits) >= thresholds, expit(logits)
    wanted = {
        "macro_f1": np.mean([f1_score(*label, zero_division=0) for label in zip(expected.T, selected.T, strict=True)]),
        "micro_f1": f1_score(expected.ravel(), selected.ravel()),
        "mean_average_precision": average_precision_score(expected, probabilities, average="macro"),
        "log_loss": log_loss(expected.ravel(), probabilities.ravel(), labels=[False, True]),
        "exact_match": np.mean([(one == other).all() for one, other in zip(expected, selected, strict=True)]),
    }
    assert METRICS.figures(answers) == pytest.approx(wanted)
    from_sums = {key: float(value) for key, value in METRICS.score(METRICS.statistics(answers).sums()).items()}
    assert from_sums == pytest.approx({key: wanted[key] for key in from_sums})
    for place, figures in enumerate(METRICS.tables(answers)["per_class"].values()):
        one, other = expected[:, place], selected[:, place]
        scores = [score(one, other, zero_division=0) for score in (precision_score, recall_score, f1_score)]
        found = [figures[name] for name in ("precision", "recall", "f1", "support", "selected", "threshold")]
        assert found == pytest.approx([*scores, one.sum(), other.sum(), float(thresholds[place])])


def test_after_an_epoch_thresholds_are_chosen_unless_they_are_known():
    expected = np.array([[True], [True], [False]])
    logits = np.array([[-1.0], [-2.0], [-3.0]])
    assert METRICS.after_epoch(answers_of(expected, logits))["macro_f1"] == 1.0
    assert METRICS.after_epoch(answers_of(expected, logits, thresholds=[0.5]))["macro_f1"] == 0.0
    assert set(METRICS.after_epoch(answers_of(expected, logits))) == {
        "macro_f1",
        "micro_f1",
        "mean_average_precision",
        "loss",
    }


def test_a_text_without_labels_that_gets_none_is_right():
    nothing = answers_of(np.zeros((2, 3), bool), np.full((2, 3), -5.0))
    figures = METRICS.figures(nothing)
    assert (figures["macro_f1"], figures["micro_f1"], figures["exact_match"]) == (1.0, 1.0, 1.0)
    one_too_many = answers_of(np.zeros((2, 1), bool), np.array([[-5.0], [5.0]]))
    assert METRICS.figures(one_too_many)["exact_match"] == 0.5
    assert METRICS.figures(one_too_many)["macro_f1"] == 0.0


def test_a_label_that_no_row_has_is_in_no_mean():
    expected, logits = np.array([[True, False], [False, False]]), np.array([[5.0, -5.0], [-5.0, -5.0]])
    figures, tables = METRICS.figures(answers_of(expected, logits)), METRICS.tables(answers_of(expected, logits))
    assert (figures["macro_f1"], figures["mean_average_precision"]) == (1.0, 1.0)
    assert tables["per_class"]["1"]["average_precision"] is None


def test_rows_are_held_against_each_other_by_whether_all_of_their_labels_are_right():
    expected = np.array([[True, True], [True, False], [False, False]])
    logits = np.array([[1.0, 1.0], [1.0, 1.0], [-1.0, -1.0]])
    assert row_scores(METRICS, answers_of(expected, logits)).tolist() == [1.0, 0.0, 1.0]


def test_intervals_at_the_ends_are_of_labels_and_not_of_rows():
    # Two labels in 20 rows, both selected. Wilson's interval begins at n / (n + z²).
    expected = np.zeros((20, 2), bool)
    expected[0] = True
    found = score_intervals(METRICS, answers_of(expected, np.where(expected, 5.0, -5.0)))
    assert found["micro_f1"] == pytest.approx((2 / (2 + 3.841459), 1.0))
    assert found["exact_match"] == pytest.approx((20 / (20 + 3.841459), 1.0))
