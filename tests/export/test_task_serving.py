import numpy as np
import pyarrow as pa

from bert_tf.export.task_serving import Difference, difference, rows_of
from bert_tf.tasks.classify.serving import ClassifyServing


def test_two_models_by_hand():
    some = np.array([[0.6, 0.4], [0.2, 0.8], [0.45, 0.55], [1.0, 0.0]])
    others = np.array([[0.5, 0.5], [0.1, 0.9], [0.55, 0.45], [1.0, 0.0]])
    found = difference(ClassifyServing(("a", "b")), {"probabilities": some}, {"probabilities": others})
    assert round(found.largest, 9) == 0.1
    assert (found.equal_labels(), found.equal_share()) == ({"equal_labels": 3}, {"equal_share": 0.75})


def test_a_set_of_labels_is_equal_when_all_of_them_are():
    class Sets(ClassifyServing):
        def decisions(self, outputs):
            return outputs["probabilities"] > 0.5

    some = np.array([[0.6, 0.6], [0.4, 0.4], [0.6, 0.4]])
    others = np.array([[0.6, 0.4], [0.3, 0.3], [0.9, 0.1]])
    found = difference(Sets(("a", "b")), {"probabilities": some}, {"probabilities": others})
    assert found.equal_labels() == {"equal_labels": 2}


def test_where_nothing_is_decided_nothing_is_equal():
    assert (Difference(0.5, None).equal_labels(), Difference(0.5, None).equal_share()) == ({}, {})


def test_rows_are_pythons_own_values_and_only_fractions_are_rounded():
    columns = [pa.array(["a", "b"]), pa.array([1234567, 2]), pa.array([0.12345678, 2 / 3], pa.float32())]
    assert rows_of(columns, decimals=6) == [["a", 1234567, 0.123457], ["b", 2, 0.666667]]


def test_fractions_inside_of_lists_are_rounded_too():
    kind = pa.list_(pa.struct([("start", pa.int32()), ("label", pa.string()), ("score", pa.float32())]))
    column = pa.array([[{"start": 3, "label": "PER", "score": 2 / 3}], []], kind)
    assert rows_of([column], decimals=6) == [[[{"start": 3, "label": "PER", "score": 0.666667}]], [[]]]


def test_numbers_of_any_size_are_read_back_as_they_were():
    numbers = np.array([1.2345679e-9, 0.1, 16777217.0, -3e30], np.float32)
    found = [row[0] for row in rows_of([pa.array(numbers)], decimals=None)]
    assert np.array(list(map(float, map(repr, found))), np.float32).tolist() == numbers.tolist()
    assert repr(found[1]) == "0.1"
