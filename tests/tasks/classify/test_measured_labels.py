import numpy as np
import pytest
from drawn_rows import changed, labels_of, logits_of, names_of
from scipy.special import softmax

from bert_tf.tasks.classify.measured_labels import measured_labels


def calibrated(rows, random):
    """The same rows with labels drawn from the probabilities."""
    labels = np.array(
        [random.choice(len(names_of(rows)), p=p) for p in softmax(logits_of(rows).astype(float), axis=-1)]
    )
    return changed(rows, labels=labels)


def test_validation_rows_give_the_temperature(contents, drawn):
    random = np.random.default_rng(0)
    test, validation = (calibrated(drawn(4000, seed=seed), random) for seed in (0, 1))
    made = contents(*(changed(rows, logits=3 * logits_of(rows)) for rows in (test, validation)))
    own = measured_labels(made, made.found)
    assert own.temperature == pytest.approx(3, rel=0.1)
    assert own.scaled.error < 0.3 * own.reliability.error
    np.testing.assert_array_equal(own.predicted, logits_of(test).argmax(-1))


def test_validation_rows_do_not_scale_themselves(contents, drawn):
    made = contents(None, drawn())
    own = measured_labels(made, made.found)
    assert (own.found.split, own.temperature, own.scaled) == ("validation", None, None)


def test_the_majority_is_that_of_the_training_rows(contents, drawn):
    rows = drawn()
    made = contents(rows, facts={"data": {"class_counts": {"train": {"cat": 1, "dog": 9, "hen": 2}}}})
    majority = measured_labels(made, made.found).majority
    assert (majority.label, majority.accuracy) == ("dog", np.mean(labels_of(rows) == 1))


def test_the_majority_is_that_of_the_rows_where_the_training_rows_are_not_known(contents, drawn):
    rows = drawn()
    made = contents(rows)
    majority = measured_labels(made, made.found).majority
    most = np.bincount(labels_of(rows)).argmax()
    assert (majority.label, majority.accuracy) == (names_of(rows)[most], np.mean(labels_of(rows) == most))
