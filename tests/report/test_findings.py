import dataclasses

import numpy as np
import pytest
from drawn_rows import measure, sure

from bert_tf.evaluation.scores_by_length import LengthGroup
from bert_tf.measures import Measure
from bert_tf.report.findings import Finding, findings, length_findings


def levels(found, own=(), **changes):
    told = findings(found, own, **{"results": "labels", "encoder": "minilm-l6", "data": {}, **changes})
    return [(finding.level, finding.section) for finding in told], " ".join(finding.text for finding in told)


@pytest.fixture
def good(drawn):
    """A model that is right and knows it, on many rows."""
    return measure(test=dataclasses.replace(sure(drawn(3000)), lengths=np.full(3000, 20)))


def test_nothing_to_find(good):
    assert levels(good)[0] == [("good", "top")]


def test_leaks_cut_texts_and_what_the_task_found(good):
    cut = dataclasses.replace(good, metrics={**good.metrics, "truncated_share": 0.3})
    own = [Finding("note", "A note.", "data"), Finding("bad", "It is bad.", "labels")]
    told, text = levels(cut, own, data={"leakage": {"test": 8, "validation": 99}})
    assert told == [("bad", "labels"), ("warning", "data"), ("note", "lengths"), ("note", "data")]
    assert "8 of 3,000 test texts also appear in the training set, so scores are optimistic." in text
    assert "30% of the texts are truncated" in text


def test_few_texts_to_learn_from(good):
    told, text = levels(good, results="scores", few_texts=40)
    assert ("note", "scores") in told
    assert "The model was trained on 40 texts only." in text


def test_answers_of_cross_validation(drawn):
    found = dataclasses.replace(measure(1000, test=drawn(60, right=0.3)), split="cross-validation")
    text = levels(found, few_texts=60)[1]
    assert "each text was answered by a model that was trained on the other folds" in text
    assert "more labelled texts would narrow it" in text
    assert "covers the choice of these texts as those that are answered, not as those that are learned from" in text


def test_a_wide_interval_of_a_share(drawn):
    told, text = levels(measure(1000, test=drawn(60, right=0.3)), results="scores")
    assert ("warning", "scores") in told
    assert "With only 60 rows, the 95% interval of accuracy is 0." in text


def test_an_interval_of_another_measure_has_no_width_of_its_own(drawn):
    found = measure(1000, test=drawn(60, right=0.3))
    error = Measure("error", "mean absolute error", better="less", unit="points")
    found = dataclasses.replace(found, measures=(error,), scores={"error": found.score})
    assert levels(found)[0] == [("good", "top")]


@pytest.mark.parametrize(("rows", "is_told"), [(1, True), (9, True), (10, False)])
def test_an_interval_that_is_made_of_few_rows_is_too_narrow(drawn, rows, is_told):
    found = measure(1000, test=drawn(rows))
    error = Measure("error", "mean absolute error", better="less", unit="points")
    found = dataclasses.replace(found, measures=(error,), scores={"error": found.score})
    told, text = levels(found, results="errors")
    assert (("warning", "errors") in told) == is_told
    assert ("interval of mean absolute error is too narrow" in text) == is_told


def test_a_score_that_is_worse_on_long_texts(good):
    worse = [LengthGroup(1, 9, 50, 0.95, 0.9, 0.99), LengthGroup(10, 90, 50, 0.5, 0.4, 0.6)]
    (told,) = length_findings(dataclasses.replace(good, by_length=worse))
    assert (told.level, told.section) == ("warning", "lengths")
    assert told.text == ("Accuracy is lower on texts of 10 to 90 tokens (0.5000) than on those of 1 to 9 (0.9500).")
    error = Measure("error", "error", better="less", unit="points")
    (told,) = length_findings(dataclasses.replace(good, by_length=worse, measures=(error,)))
    assert told.text == "Error is higher on texts of 1 to 9 tokens (0.9500) than on those of 10 to 90 (0.5000)."


def test_intervals_that_overlap_tell_nothing(good):
    alike = [LengthGroup(1, 9, 50, 0.9, 0.8, 0.95), LengthGroup(10, 90, 50, 0.92, 0.82, 0.96)]
    assert length_findings(dataclasses.replace(good, by_length=alike)) == []


def test_scores_of_validation_rows_are_optimistic(drawn):
    assert ("warning", "training") in levels(measure(1000, validation=drawn()))[0]


def test_texts_in_a_language_that_the_encoder_has_not_read(drawn):
    texts = ["Das Paket ist nicht angekommen, und ich warte auf eine Antwort von Ihnen."]
    found = measure(test=drawn(60, texts=texts))
    told, text = levels(found)
    assert ("warning", "run") in told
    assert "The texts look German, but minilm-l6 was trained on English." in text
    assert ("warning", "run") not in levels(found, encoder="my/encoder")[0]


def test_leaks_are_told_with_the_score_without_them(good):
    found = measure(test=dataclasses.replace(good.rows, in_train=np.arange(3000) < 8))
    text = levels(found, data={"leakage": {"test": 8}})[1]
    assert "so scores are optimistic; without them, accuracy is 1.0000 and macro F1 1.0000 on 2,992 texts." in text
