import numpy as np
import pytest

from bert_tf.evaluation.split_metrics import Answers, split_metrics
from bert_tf.tasks.classify.measures import FOLLOWED, OTHERS
from bert_tf.tasks.classify.metrics import ClassifyMetrics

RANDOM = np.random.default_rng(0)
# Forty rows of three labels, answered at random and right.
LABELS = RANDOM.integers(0, 3, 40)
GUESSED, RIGHT = (
    Answers(LABELS, {"logits": logits}, {"label_names": ("a", "b", "c")})
    for logits in (RANDOM.normal(size=(40, 3)), 4 * np.eye(3)[LABELS])
)


def test_each_measure_stands_in_metrics_json():
    metrics = split_metrics(ClassifyMetrics(), GUESSED, truncated=np.zeros(40, bool))
    assert {measure.key for measure in (*FOLLOWED, *OTHERS)} <= set(metrics)


def test_what_is_followed_is_measured_after_each_epoch():
    figures = ClassifyMetrics().after_epoch(GUESSED)
    assert all(measure.of_epoch(figures) is not None for measure in FOLLOWED)
    assert all(measure.of_epoch(figures) is None for measure in OTHERS)


@pytest.mark.parametrize(("better", "change"), [("more", 1), ("less", -1)])
def test_right_answers_are_better_by_each_measure(better, change):
    """A measure's direction is that of a model that is right against one that guesses."""
    right, guessed = (ClassifyMetrics().figures(answers) for answers in (RIGHT, GUESSED))
    measures = [measure for measure in (*FOLLOWED, *OTHERS) if measure.better == better]
    assert measures
    assert all((right[measure.key] - guessed[measure.key]) * change > 0 for measure in measures)
