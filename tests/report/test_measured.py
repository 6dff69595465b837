import dataclasses

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.metrics import accuracy_score, f1_score

from bert_tf.report.measured import measured
from bert_tf.tasks.classify.metrics import ClassifyMetrics


def calibrated(rows, random):
    """The same rows with labels drawn from the probabilities."""
    labels = np.array([random.choice(len(rows.label_names), p=p) for p in softmax(rows.logits.astype(float), axis=-1)])
    return dataclasses.replace(rows, labels=labels)


def test_the_test_rows_are_scored_and_validation_rows_give_the_temperature(drawn):
    random = np.random.default_rng(0)
    test, validation = (calibrated(drawn(4000, seed=seed), random) for seed in (0, 1))
    sharp = [dataclasses.replace(rows, logits=3 * rows.logits) for rows in (validation, test)]
    found = measured(
        dict(zip(("validation", "test"), sharp, strict=True)), ClassifyMetrics(), train_counts={}, max_tokens=100
    )
    assert found.temperature == pytest.approx(3, rel=0.1)
    assert found.scaled.error < 0.3 * found.reliability.error
    predicted = test.logits.argmax(-1)
    assert (found.split, found.accuracy.value) == ("test", accuracy_score(test.labels, predicted))
    assert found.macro_f1.value == pytest.approx(f1_score(test.labels, predicted, average="macro"))
    assert found.metrics["truncated_share"] == np.mean(test.lengths > 100)


def test_validation_rows_do_not_scale_themselves(drawn):
    found = measured({"validation": drawn()}, ClassifyMetrics(), train_counts={}, max_tokens=100)
    assert (found.split, found.temperature, found.scaled) == ("validation", None, None)


def test_no_rows_at_all(drawn):
    assert measured({}, ClassifyMetrics(), train_counts={}, max_tokens=100) is None
    assert measured({"test": drawn(0)}, ClassifyMetrics(), train_counts={}, max_tokens=100) is None


def test_scores_without_leaked_texts(drawn):
    rows = drawn(300)
    leaked = dataclasses.replace(rows, in_train=np.arange(300) % 3 == 0)
    found = measured({"test": leaked}, ClassifyMetrics(), train_counts={}, max_tokens=100)
    labels, predicted = rows.labels[~leaked.in_train], rows.logits.argmax(-1)[~leaked.in_train]
    assert found.accuracy_without_leaked.value == accuracy_score(labels, predicted)
    assert found.accuracy_without_leaked.low <= found.accuracy_without_leaked.value
    assert found.macro_f1_without_leaked.value == pytest.approx(f1_score(labels, predicted, average="macro"))
    assert found.accuracy.value == accuracy_score(rows.labels, rows.logits.argmax(-1))
    assert measured({"test": rows}, ClassifyMetrics(), train_counts={}, max_tokens=100).accuracy_without_leaked is None
