import re

import numpy as np

from bert_tf.report.figures.co_occurrence import co_occurrence, co_occurrence_counts, commonest_pairs, labels_to_show

LABELS = np.array([[1, 1, 0], [1, 1, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0]], bool)


def test_rows_that_two_labels_share_are_counted_by_hand():
    assert co_occurrence_counts(LABELS).tolist() == [[4, 2, 0], [2, 3, 0], [0, 0, 0]]
    assert commonest_pairs(co_occurrence_counts(LABELS)) == [(0, 1, 2)]


def test_shares_are_of_the_rows_of_the_line():
    svg = str(co_occurrence(LABELS, ("joy", "love", "fear")))
    # Two of four rows with joy have love too, and two of three the other way round.
    assert re.findall(r">(\d+%)<", svg) == ["50%", "67%"]
    assert "fear" not in svg


def test_of_many_labels_the_most_frequent_are_drawn():
    labels = np.random.default_rng(0).random((200, 40)) < np.linspace(0.05, 0.9, 40)
    assert labels_to_show(labels).tolist() == sorted(np.argsort(-labels.sum(0), kind="stable")[:30].tolist())
    assert "Of 30 of 40 labels" in str(co_occurrence(labels, [f"label {number}" for number in range(40)]))
