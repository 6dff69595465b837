import types

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.summary.summary_iterator import summary_iterator

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.regress.dashboard import RegressDashboard, worst_rows


class Texts:
    def __len__(self):
        return 3

    def texts(self, start, stop):
        return [f"text {row} | a".encode() for row in range(start, stop)]

    def pairs(self, start, stop):
        return None


ANSWERS = Answers(
    np.array([1.0, 2.0, 3.0], np.float32), {"value": np.array([1.5, 2.0, 1.0], np.float32)}, {"mean": 2.0, "std": 1.0}
)


def tags(folder, answers):
    writer = tf.summary.create_file_writer(str(folder))
    RegressDashboard().show_epoch(types.SimpleNamespace(validation=writer), Texts(), answers, epoch=2)
    writer.close()
    events = [event for file in folder.glob("events*") for event in summary_iterator(str(file))]
    return {value.tag: event.step for event in events for value in event.summary.value}


def test_an_epoch_has_a_picture_a_histogram_and_the_worst_rows(tmp_path):
    assert tags(tmp_path, ANSWERS) == {"predicted_against_expected": 2, "errors": 2, "worst_mistakes": 2}


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_not_drawn(tmp_path, value):
    diverged = Answers(ANSWERS.expected, {"value": np.array([1, value, 2], np.float32)}, ANSWERS.facts)
    assert tags(tmp_path, diverged) == {}


def test_worst_rows_come_first():
    table = worst_rows(Texts(), ANSWERS.expected, ANSWERS.outputs["value"], deviation=1.0).splitlines()
    assert table[0] == "The largest 3 errors of 3:"
    assert [line.split(" | ")[:3] for line in table[4:]] == [
        ["3", "1", "-2"], ["1", "1.5", "+0.5"], ["2", "2", "+0"],
    ]  # fmt: skip


def test_columns_of_the_projector():
    assert RegressDashboard().columns(ANSWERS, np.array([2, 1])) == {
        "label": ["3", "2"],
        "answer": ["1", "2"],
        "error": ["-2", "+0"],
    }
