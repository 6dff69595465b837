import dataclasses

import numpy as np
import pytest
from drawn_rows import labels_of, logits_of, measure
from sklearn.metrics import accuracy_score, f1_score

from bert_tf.tasks.classify.measures import ACCURACY, MACRO_F1


def test_the_test_rows_are_scored(drawn):
    test = drawn(400)
    found = measure(100, validation=drawn(300, seed=1), test=test)
    predicted = logits_of(test).argmax(-1)
    assert (found.split, found.score.value) == ("test", accuracy_score(labels_of(test), predicted))
    assert (found.judged_by, found.measures) == (ACCURACY, (ACCURACY, MACRO_F1))
    assert found.scores["macro_f1"].value == pytest.approx(f1_score(labels_of(test), predicted, average="macro"))
    assert found.score.low < found.score.value < found.score.high
    assert found.metrics["truncated_share"] == np.mean(test.lengths > 100)


def test_without_test_rows_the_validation_rows_are(drawn):
    assert measure(100, validation=drawn(), test=drawn(0)).split == "validation"


def test_no_rows_at_all(drawn):
    assert measure(100) is None
    assert measure(100, test=drawn(0)) is None


def test_scores_without_leaked_texts(drawn):
    rows = drawn(300)
    leaked = dataclasses.replace(rows, in_train=np.arange(300) % 3 == 0)
    found = measure(100, test=leaked)
    labels, predicted = labels_of(rows)[~leaked.in_train], logits_of(rows).argmax(-1)[~leaked.in_train]
    assert found.without_leaked["accuracy"].value == accuracy_score(labels, predicted)
    assert found.without_leaked["accuracy"].low <= found.without_leaked["accuracy"].value
    assert found.without_leaked["macro_f1"].value == pytest.approx(f1_score(labels, predicted, average="macro"))
    assert found.score.value == accuracy_score(labels_of(rows), logits_of(rows).argmax(-1))
    assert measure(100, test=rows).without_leaked == {}


def test_texts_of_like_length_are_scored(drawn):
    rows = drawn(300)
    groups = measure(100, test=rows).by_length
    assert sum(group.rows for group in groups) == 300
    right = logits_of(rows).argmax(-1) == labels_of(rows)
    shortest = rows.lengths <= groups[0].longest
    assert groups[0].score == pytest.approx(right[shortest].mean())
