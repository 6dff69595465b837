import numpy as np
import pytest

from bert_tf.evaluation.split_metrics import Answers, split_metrics
from bert_tf.tasks.regress.measures import FOLLOWED, OTHERS
from bert_tf.tasks.regress.metrics import RegressMetrics

RANDOM = np.random.default_rng(0)
LABELS = RANDOM.normal(size=40).astype(np.float32)
# Forty numbers, answered at random and nearly right.
GUESSED, RIGHT = (
    Answers(LABELS, {"value": values.astype(np.float32)}, {"mean": 0.0, "std": 1.0})
    for values in (RANDOM.normal(size=40), LABELS + 0.01 * RANDOM.normal(size=40))
)


def test_each_measure_stands_in_metrics_json():
    metrics = split_metrics(RegressMetrics(), GUESSED, truncated=np.zeros(40, bool))
    assert {measure.key for measure in (*FOLLOWED, *OTHERS)} <= set(metrics)


def test_what_is_followed_is_measured_after_each_epoch():
    figures = RegressMetrics().after_epoch(GUESSED)
    assert all(measure.of_epoch(figures) is not None for measure in FOLLOWED)
    assert all(measure.of_epoch(figures) is None for measure in OTHERS)


@pytest.mark.parametrize(("better", "change"), [("more", 1), ("less", -1)])
def test_right_answers_are_better_by_each_measure(better, change):
    """A measure's direction is that of a model that is right against one that guesses."""
    right, guessed = (RegressMetrics().figures(each) for each in (RIGHT, GUESSED))
    measures = [measure for measure in (*FOLLOWED, *OTHERS) if measure.better == better]
    assert measures
    assert all((right[measure.key] - guessed[measure.key]) * change > 0 for measure in measures)


@pytest.mark.parametrize(("value", "text"), [(0.15266, "0.1527"), (23.4512, "23.45"), (0.00031234, "0.0003123")])
def test_errors_have_four_digits_whatever_the_unit(value, text):
    assert FOLLOWED[0].text(value) == text
