import html
import types

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.summary.summary_iterator import summary_iterator

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.multilabel.dashboard import MultilabelDashboard

FACTS = {"label_names": ("joy", "anger")}
EXPECTED = np.array([[True, False], [False, False], [True, True]])


class Texts:
    def __len__(self):
        return 3

    def texts(self, start, stop):
        return [f"text {row}".encode() for row in range(start, stop)]

    def pairs(self, start, stop):
        return None


def written(folder, logits, **facts):
    writer = tf.summary.create_file_writer(str(folder))
    answers = Answers(EXPECTED, {"logits": np.array(logits, np.float32)}, {**FACTS, **facts})
    MultilabelDashboard().show_epoch(types.SimpleNamespace(validation=writer), Texts(), answers, epoch=2)
    writer.close()
    events = [event for file in folder.glob("events*") for event in summary_iterator(str(file))]
    return {
        value.tag.removesuffix("/pr_curves"): value.tensor.string_val
        for event in events
        for value in event.summary.value
    }


def test_an_epoch_has_curves_and_the_worst_rows(tmp_path):
    found = written(tmp_path, [[2, -2], [3, -2], [2, -3]], thresholds=(0.5, 0.5))
    assert set(found) == {"pr_curve/joy", "pr_curve/anger", "worst_mistakes"}
    table = html.unescape(found["worst_mistakes"][0].decode()).splitlines()
    assert table[0] == "2 of 3 rows have missing or extra labels; the worst 2:"
    # (ln(1 + e³) + ln(1 + e⁻²)) / 2 is what both lose.
    assert [line.split(" | ")[:3] for line in table[4:]] == [
        ["(none)", "joy", "1.5878"], ["joy, anger", "joy", "1.5878"],
    ]  # fmt: skip


def test_without_thresholds_the_best_are_taken(tmp_path):
    found = written(tmp_path, [[-1, -2], [-3, -2], [-1, -1]])
    assert found["worst_mistakes"][0].decode() == "No mistakes in 3 rows."


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_no_error(tmp_path, value):
    assert "worst_mistakes" in written(tmp_path, [[value, -2], [3, -2], [2, value]])


def test_the_projector_shows_labels_and_whether_they_are_right():
    answers = Answers(EXPECTED, {"logits": np.array([[2, -2], [3, -2], [2, 2]], np.float32)}, FACTS)
    assert MultilabelDashboard().columns(answers, np.array([0, 1])) == {
        "labels": ["joy", "(none)"],
        "selected": ["joy", "joy"],
        "verdict": ["right", "wrong"],
    }
