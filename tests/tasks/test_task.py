import numpy as np
import pytest

from bert_tf.evaluation.classification import classification_metrics, scores
from bert_tf.tasks.task import FOLLOWED, MEASURES, TASKS


def answers():
    generator = np.random.default_rng(0)
    return generator.integers(0, 3, 40), generator.normal(size=(40, 3))


def test_each_measure_stands_in_metrics_json():
    metrics = classification_metrics(*answers(), label_names=("a", "b", "c"), truncated=np.zeros(40, bool))
    assert {measure.key for measure in TASKS["classify"].measures} <= set(metrics)


def test_what_is_followed_is_measured_after_each_epoch():
    figures = scores(*answers())
    assert {measure.key: measure.of_epoch(figures) is not None for measure in TASKS["classify"].measures} == {
        "accuracy": True, "macro_f1": True, "log_loss": True, "weighted_f1": False,
    }  # fmt: skip


@pytest.mark.parametrize(("better", "change"), [("more", 1), ("less", -1)])
def test_right_answers_are_better_by_each_measure(better, change):
    """A measure's direction is that of a model that is right against one that guesses."""
    labels, guessed = answers()
    known = {"label_names": ("a", "b", "c"), "truncated": np.zeros(40, bool)}
    right, wrong = (classification_metrics(labels, logits, **known) for logits in (4 * np.eye(3)[labels], guessed))
    measures = [measure for measure in TASKS["classify"].measures if measure.better == better]
    assert measures
    assert all((right[measure.key] - wrong[measure.key]) * change > 0 for measure in measures)


def test_the_tables_of_all_tasks():
    assert set(FOLLOWED) == set(TASKS)
    assert all(set(task.measures) <= set(MEASURES) for task in TASKS.values())
