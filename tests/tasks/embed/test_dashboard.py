import types

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.summary.summary_iterator import summary_iterator

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.embed.dashboard import EmbedDashboard, misses_table
from bert_tf.tasks.embed.stored_texts import as_rows


class Texts:
    def __len__(self):
        return 3

    def texts(self, start, stop):
        return [f"question {row} | a".encode() for row in range(start, stop)]

    def pairs(self, start, stop):
        return None


def answers(ranks=(2, 1, 7), score=0.5):
    outputs = {
        "rank": np.array(ranks),
        "score": np.array([0.1, score, 0.2], np.float32),
        "wrong_score": np.array([0.2, 0.3, 0.4], np.float32),
        "wrong": as_rows(["x", "y", "z"]),
    }
    return Answers(as_rows(["a", "b", "c"]), outputs, {})


def tags(folder, given):
    writer = tf.summary.create_file_writer(str(folder))
    EmbedDashboard().show_epoch(types.SimpleNamespace(validation=writer), Texts(), given, epoch=2)
    writer.close()
    events = [event for file in folder.glob("events*") for event in summary_iterator(str(file))]
    return {value.tag: event.step for event in events for value in event.summary.value}


def test_an_epoch_has_histograms_and_misses(tmp_path):
    assert tags(tmp_path, answers()) == {
        "cosine/right_text": 2, "cosine/nearest_wrong_text": 2, "worst_mistakes": 2,
    }  # fmt: skip


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_not_drawn(tmp_path, value):
    assert tags(tmp_path, answers(score=value)) == {}


def test_the_worst_rank_comes_first():
    table = misses_table(Texts(), answers()).splitlines()
    assert table[0] == "The matching text of 2 of 3 rows is not ranked first:"
    assert [line.split(" | ")[:3] for line in table[4:]] == [["7", "c", "z"], ["2", "a", "x"]]
    assert misses_table(Texts(), answers((1, 1, 1))) == "The matching text of 3 rows is ranked first."


def test_columns_of_the_projector():
    assert EmbedDashboard().columns(answers(), np.array([2, 0])) == {"matching text": ["c", "a"], "rank": ["7", "2"]}
