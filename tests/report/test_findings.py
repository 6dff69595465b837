import dataclasses

import numpy as np
import pytest

from bert_tf.evaluation.scores_by_length import LengthGroup
from bert_tf.report.findings import findings
from bert_tf.report.measured import measured
from bert_tf.tasks.classify.metrics import ClassifyMetrics

ALIKE = [LengthGroup(1, 9, 50, 0.9, 0.8, 0.95), LengthGroup(10, 90, 50, 0.92, 0.82, 0.96)]


def levels(found, **changes):
    told = findings(
        found, **{"encoder": "minilm-l6", "data": {}, "groups": ALIKE, "label_errors": 0, "held_out": 100, **changes}
    )
    return [(finding.level, finding.section) for finding in told], " ".join(finding.text for finding in told)


@pytest.fixture
def good(drawn):
    """A model that is right and knows it, on many rows."""
    rows = drawn(3000, right=1.0)
    # Sure of itself: every answer is right and near 1.
    rows = dataclasses.replace(rows, logits=50.0 * (rows.labels[:, None] == np.arange(3)).astype(np.float32))
    rows = dataclasses.replace(rows, lengths=np.full(3000, 20))
    return measured({"test": rows}, ClassifyMetrics(), train_counts={}, max_tokens=128)


def test_nothing_to_find(good):
    assert levels(good)[0] == [("good", "top")]


def test_leaks_cut_texts_and_label_errors(good):
    cut = dataclasses.replace(good, metrics={**good.metrics, "truncated_share": 0.3})
    told, text = levels(cut, data={"leakage": {"test": 8, "validation": 99}}, label_errors=4)
    assert told == [("warning", "data"), ("note", "lengths"), ("note", "data")]
    assert "8 of 3,000 test texts also appear in the training set, so scores are optimistic." in text
    assert "30% of the texts are truncated" in text
    assert "4 of 100 validation and test labels look wrong" in text


def test_a_model_that_guesses(drawn):
    rows = drawn(60, right=0.0)
    told, text = levels(measured({"test": rows}, ClassifyMetrics(), train_counts={}, max_tokens=1000))
    assert told[0] == ("bad", "labels")
    assert "not shown to be better than always predicting" in text
    assert "With only 60 rows, the 95% interval of accuracy is 0." in text
    assert "Probabilities are off by 0." in text


def test_accuracy_that_is_lower_on_long_texts(good):
    worse = [LengthGroup(1, 9, 50, 0.95, 0.9, 0.99), LengthGroup(10, 90, 50, 0.5, 0.4, 0.6)]
    told, text = levels(good, groups=worse)
    assert told == [("warning", "lengths")]
    assert "Accuracy is lower on texts of 10 to 90 tokens (0.5000) than on those of 1 to 9 (0.9500)" in text


def test_labels_that_are_weak_or_were_not_measured(good):
    names = ("cat", "dog", "hen")
    per_class = {name: {"f1": 0.95, "support": 10} for name in names}
    weak = {**per_class, "dog": {"f1": 0.4, "support": 10}, "hen": {"f1": 0.0, "support": 0}}
    told, text = levels(dataclasses.replace(good, metrics={**good.metrics, "per_class": weak}))
    assert told == [("warning", "labels")] * 2
    assert "“dog” (0.4000)" in text
    assert "No test row has the label “hen”" in text


def test_scores_of_validation_rows_are_optimistic(drawn):
    found = measured({"validation": drawn()}, ClassifyMetrics(), train_counts={}, max_tokens=1000)
    assert ("warning", "training") in levels(found)[0]


def test_texts_in_a_language_that_the_encoder_has_not_read(drawn):
    found = measured(
        {"test": drawn(60, texts=["Das Paket ist nicht angekommen, und ich warte auf eine Antwort von Ihnen."])},
        ClassifyMetrics(),
        train_counts={},
        max_tokens=128,
    )
    told, text = levels(found)
    assert ("warning", "run") in told
    assert "The texts look German, but minilm-l6 was trained on English." in text
    assert ("warning", "run") not in levels(found, encoder="my/encoder")[0]


def test_leaks_are_told_with_the_score_without_them(good):
    rows = dataclasses.replace(good.rows, in_train=np.arange(3000) < 8)
    found = measured({"test": rows}, ClassifyMetrics(), train_counts={}, max_tokens=128)
    text = levels(found, data={"leakage": {"test": 8}})[1]
    assert "so scores are optimistic; without them, accuracy is 1.0000 and macro F1 1.0000 on 2,992 texts." in text


def test_one_is_singular(good):
    assert "1 of 100 validation and test labels looks wrong" in levels(good, label_errors=1)[1]
