import dataclasses

import pytest
from drawn_rows import sure

from bert_tf.evaluation.scores_by_length import LengthGroup
from bert_tf.tasks.classify.measured_labels import measured_labels
from bert_tf.tasks.classify.report_findings import measured_findings

ALIKE = [LengthGroup(1, 9, 50, 0.9, 0.8, 0.95), LengthGroup(10, 90, 50, 0.92, 0.82, 0.96)]


def own_of(made, **changes):
    return measured_labels(made, dataclasses.replace(made.found, **{"by_length": ALIKE, **changes}))


def levels(own, label_errors=0):
    told = measured_findings(own, label_errors=label_errors, held_out=100)
    return [(finding.level, finding.section) for finding in told], " ".join(finding.text for finding in told)


@pytest.fixture
def good(contents, drawn):
    """A run that is right and knows it, on many rows."""
    return contents(sure(drawn(3000)))


def test_nothing_to_find(good):
    assert levels(own_of(good)) == ([], "")


def test_label_errors(good):
    told, text = levels(own_of(good), label_errors=4)
    assert told == [("note", "data")]
    assert "4 of 100 held-out labels look wrong" in text
    assert "1 of 100 held-out labels looks wrong" in levels(own_of(good), label_errors=1)[1]


def test_a_model_that_guesses(contents, drawn):
    told, text = levels(own_of(contents(drawn(60, right=0.0))))
    assert told[0] == ("bad", "labels")
    assert "not significantly better than always predicting" in text
    assert "Probabilities are off by 0." in text


def test_accuracy_that_is_lower_on_long_texts(good):
    worse = [LengthGroup(1, 9, 50, 0.95, 0.9, 0.99), LengthGroup(10, 90, 50, 0.5, 0.4, 0.6)]
    told, text = levels(own_of(good, by_length=worse))
    assert told == [("warning", "lengths")]
    assert "Accuracy is lower on texts of 10 to 90 tokens (0.5000) than on those of 1 to 9 (0.9500)" in text


def test_labels_that_are_weak_or_were_not_measured(good):
    names = ("cat", "dog", "hen")
    per_class = {name: {"f1": 0.95, "support": 10} for name in names}
    weak = {**per_class, "dog": {"f1": 0.4, "support": 10}, "hen": {"f1": 0.0, "support": 0}}
    told, text = levels(own_of(good, metrics={**good.found.metrics, "per_class": weak}))
    assert told == [("warning", "labels")] * 2
    assert "“dog” (0.4000)" in text
    assert "No test row has the label “hen”" in text


def test_logits_that_a_temperature_mends(contents, drawn):
    rows = drawn(400, right=0.7)
    validation = drawn(400, right=0.7, seed=1)
    own = own_of(contents(rows, validation))
    (scaled,) = [
        each.text for each in measured_findings(own, label_errors=0, held_out=800) if each.section == "confidence"
    ]
    assert f"Dividing the logits by {own.temperature:.2f} reduces that to {own.scaled.error:.4f}." in scaled
    assert own.scaled.error < own.reliability.error
