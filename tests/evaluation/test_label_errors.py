import numpy as np
import pytest

from bert_tf.evaluation.label_errors import likely_label_errors


def sure_of(said: np.ndarray, classes: int) -> np.ndarray:
    """Probabilities of a model that gives what it says 0.9."""
    probabilities = np.full((len(said), classes), 0.1 / (classes - 1))
    probabilities[np.arange(len(said)), said] = 0.9
    return probabilities


@pytest.mark.parametrize("classes", [2, 5, 77])
def test_planted_errors_are_found(classes):
    truth = np.tile(np.arange(classes), 30)
    labels = truth.copy()
    labels[[3, 50]] = (truth[[3, 50]] + 1) % classes
    assert set(likely_label_errors(labels, sure_of(truth, classes))) == {3, 50}


def test_the_least_likely_label_comes_first():
    truth = np.tile(np.arange(3), 20)
    labels, probabilities = truth.copy(), sure_of(truth, 3)
    labels[[6, 9]] = 1
    probabilities[9] = [0.97, 0.01, 0.02]
    assert likely_label_errors(labels, probabilities).tolist() == [9, 6]


def test_classes_without_rows_and_rows_of_one_class():
    truth = np.tile([0, 4], 10)
    assert likely_label_errors(truth, sure_of(truth, 6)).tolist() == []
    assert likely_label_errors(np.zeros(4, int), sure_of(np.array([0, 0, 1, 0]), 2)).tolist() == []
