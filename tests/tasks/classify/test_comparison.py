import numpy as np
import pytest

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.classify.comparison import ClassifyComparison

LABELS, FACTS = np.array([0, 1, 1, 0]), {"label_names": ("neg", "pos")}
# Right, right, wrong, right; and right, wrong, right, wrong.
FIRST = Answers(LABELS, {"logits": np.array([[3.0, 0], [0, 1], [2, 0], [4, 0]])}, FACTS)
SECOND = Answers(LABELS, {"logits": np.array([[3.0, 0], [1, 0], [0, 2], [0, 4]])}, FACTS)


def test_rows_that_one_has_right_those_first_where_both_are_sure():
    first, second = ClassifyComparison().apart(FIRST, SECOND)
    assert (list(first), list(second)) == ([3, 1], [2])


def test_what_is_said_of_a_row():
    said = ClassifyComparison()
    assert said.expected(FIRST, 2) == "pos"
    answer = said.answer(FIRST, 2, is_better=False)
    assert (answer.predicted, answer.is_good) == ("neg", False)
    assert answer.figure == pytest.approx(1 / (1 + np.exp(-2)))


def test_f1_of_each_label():
    figures = [{"per_class": {"neg": {"f1": each}, "pos": {"f1": 1.0}}} for each in (0.25, 0.5)]
    found = ClassifyComparison().breakdown([figures[0], {}, figures[1]])
    assert (found.part, found.score, found.key) == ("label", "F1", "f1_by_label")
    assert [(line.name, line.values) for line in found.lines] == [
        ("neg", (0.25, None, 0.5)),
        ("pos", (1.0, None, 1.0)),
    ]
    assert ClassifyComparison().breakdown([figures[0], {"per_class": {"neg": {"f1": 0.5}}}]).lines == ()
