import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, log_loss

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.classify.metrics import ClassifyMetrics


@settings(max_examples=30)
@given(rows=st.integers(1, 40), classes=st.integers(2, 12), seed=st.integers(0, 1000))
def test_figures_are_scikit_learns_and_scores_follow_from_sums(rows, classes, seed):
    random = np.random.default_rng(seed)
    labels, logits = random.integers(0, classes, rows), random.normal(size=(rows, classes))
    facts = {"label_names": tuple(map(str, range(classes)))}
    answers, metrics = Answers(labels, {"logits": logits}, facts), ClassifyMetrics()
    predicted, probabilities = logits.argmax(-1), np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    expected = {
        "accuracy": accuracy_score(labels, predicted),
        "macro_f1": f1_score(labels, predicted, average="macro", zero_division=0),
        "weighted_f1": f1_score(labels, predicted, average="weighted", zero_division=0),
        "log_loss": log_loss(labels, probabilities, labels=range(classes)),
    }
    assert metrics.figures(answers) == pytest.approx(expected)
    from_sums = {key: float(value) for key, value in metrics.score(metrics.statistics(answers).sums()).items()}
    assert from_sums == pytest.approx({key: expected[key] for key in from_sums})
    assert metrics.after_epoch(answers) == pytest.approx(
        {"loss": expected["log_loss"], "accuracy": expected["accuracy"], "macro_f1": expected["macro_f1"]}
    )
    assert metrics.tables(answers)["confusion_matrix"][labels[0]][predicted[0]] >= 1
