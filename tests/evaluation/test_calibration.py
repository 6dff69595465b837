import numpy as np
import pytest
from scipy.special import softmax
from sklearn.calibration import calibration_curve

from bert_tf.evaluation.calibration import fit_temperature, reliability


def test_expected_calibration_error_by_hand():
    # Bin 0.5-0.6: two rows, confidence 0.55 and 0.59, one right; bin 0.9-1: one row of 0.95, wrong.
    probabilities = np.array([[0.55, 0.45], [0.41, 0.59], [0.95, 0.05]])
    found = reliability(np.array([0, 0, 1]), probabilities)
    assert found.confidence == pytest.approx([0.57, 0.95])
    assert found.accuracy == pytest.approx([0.5, 0.0])
    assert found.counts.tolist() == [2, 1]
    assert found.error == pytest.approx((2 * 0.07 + 0.95) / 3)


def test_a_certain_answer_is_in_the_last_bin():
    found = reliability(np.array([0]), np.array([[1.0, 0.0]]))
    assert found.counts.tolist() == [1]
    assert found.error == 0


def test_the_curve_is_scikit_learns():
    random = np.random.default_rng(1)
    probabilities = softmax(random.normal(size=(500, 4)), axis=-1)
    labels = random.integers(0, 4, 500)
    right = probabilities.argmax(-1) == labels
    accuracy, confidence = calibration_curve(right, probabilities.max(-1), n_bins=10)
    found = reliability(labels, probabilities)
    assert found.accuracy == pytest.approx(accuracy)
    assert found.confidence == pytest.approx(confidence)


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
def test_a_known_temperature_is_found(temperature):
    # Labels drawn from softmax(logits), which the model states too sharply or too flatly.
    random = np.random.default_rng(2)
    logits = random.normal(scale=2, size=(20_000, 3))
    labels = np.array([random.choice(3, p=p) for p in softmax(logits, axis=-1)])
    assert fit_temperature(labels, logits * temperature) == pytest.approx(temperature, rel=0.05)


def test_scaling_by_it_mends_the_calibration():
    random = np.random.default_rng(4)
    logits = random.normal(scale=2, size=(20_000, 3))
    labels = np.array([random.choice(3, p=p) for p in softmax(logits, axis=-1)])
    too_sure = 3 * logits
    scaled = softmax(too_sure / fit_temperature(labels[:10_000], too_sure[:10_000]), axis=-1)
    before = reliability(labels[10_000:], softmax(too_sure, axis=-1)[10_000:]).error
    assert before > 0.1
    assert reliability(labels[10_000:], scaled[10_000:]).error < 0.02


def test_no_mistake_to_fit_by_still_gives_a_finite_temperature():
    logits = np.array([[9.0, 0.0], [0.0, 9.0]])
    assert 0 < fit_temperature(np.array([0, 1]), logits) < 1
