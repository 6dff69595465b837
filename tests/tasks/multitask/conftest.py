"""Two heads whose labels and answers were made by hand: one with two labels, one with numbers."""

import numpy as np
import pytest

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.multitask.heads import heads_of
from bert_tf.tasks.table import TASKS

TABLE = {
    "loss_weights": "fixed",
    "heads": [
        {"name": "mood", "task": "classify", "label": "mood"},
        {"name": "stars", "task": "regress", "label": "stars", "weight": 3.0},
    ],
}
FACTS = {
    "mood.label_names": ("bad", "good"),
    "mood.stored_as": ("int32",),
    "stars.mean": 3.0,
    "stars.std": 2.0,
    "stars.stored_as": ("float32",),
}


@pytest.fixture
def heads():
    return heads_of(TABLE, TASKS)


@pytest.fixture
def task():
    return TASKS["multitask"].of_settings(TABLE)


@pytest.fixture
def answers():
    """Four rows: the second has no mood, the fourth no stars. Moods: right, wrong, right; errors of stars: 1, 0, -2."""
    expected = np.array([[1, 1, 1, 4.0], [0, 0, 1, 2.0], [1, 0, 1, 5.0], [1, 1, 0, 0]], np.float32)
    logits = np.array([[0, 2.0], [9, -9], [-1, 1], [0, 1]], np.float32)
    value = np.array([5.0, 2, 3, 7], np.float32)
    return Answers(expected, {"mood.logits": logits, "stars.value": value}, FACTS)
