import numpy as np
import pytest

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.report.compared_runs import Answer
from bert_tf.tasks.regress.comparison import RegressComparison

LABELS, FACTS = np.array([1.0, 2.0, 3.0, 4.0]), {"mean": 2.5, "std": 1.0}
# Off by 0.5, 0, 1 and 0.25; and by 0, 2, 0.75 and 0.25.
FIRST = Answers(LABELS, {"value": np.array([1.5, 2.0, 2.0, 4.25])}, FACTS)
SECOND = Answers(LABELS, {"value": np.array([1.0, 4.0, 3.75, 3.75])}, FACTS)
COMPARISON = RegressComparison()


def test_rows_on_which_one_is_nearer_those_first_where_they_differ_most():
    first, second = COMPARISON.apart(FIRST, SECOND)
    assert (first.tolist(), second.tolist()) == ([1], [0, 2])


def test_what_is_said_of_a_row():
    assert COMPARISON.expected(FIRST, 2) == "3"
    answer = COMPARISON.answer(FIRST, 2, is_better=False)
    assert answer == Answer("2", pytest.approx(-1), "-1", False)


def test_errors_of_labels_of_like_size():
    figures = [
        {"by_label_range": [{"from": 1.0, "to": 2.5, "mae": mae}], "baseline": {"std": 1.0}} for mae in (0.5, 0.25)
    ]
    found = COMPARISON.breakdown([figures[0], {}, figures[1]])
    assert [(line.name, line.values) for line in found.lines] == [("1 to 2.5", (0.5, None, 0.25))]
    near = {
        "by_label_range": [{"from": 1000.1, "to": 1000.4, "mae": 0.5}, {"from": 1000.4, "to": 1000.9, "mae": 0.25}],
        "baseline": {"std": 0.2},
    }
    assert [(line.name, line.values) for line in COMPARISON.breakdown([near, near]).lines] == [
        ("1,000.1 to 1,000.4", (0.5, 0.5)),
        ("1,000.4 to 1,000.9", (0.25, 0.25)),
    ]
    others = {"by_label_range": [{"from": 0.0, "to": 2.5, "mae": 0.5}], "baseline": {"std": 1.0}}
    assert COMPARISON.breakdown([figures[0], others]).lines == ()
    assert COMPARISON.breakdown([{}, {}]).lines == ()
