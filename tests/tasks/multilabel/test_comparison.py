import numpy as np

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.multilabel.comparison import MultilabelComparison

FACTS = {"label_names": ("joy", "anger"), "thresholds": (0.5, 0.5)}
EXPECTED = np.array([[True, False], [False, False], [True, True], [False, True]])
COMPARISON = MultilabelComparison()


def answers(logits) -> Answers:
    return Answers(EXPECTED, {"logits": np.array(logits, np.float32)}, FACTS)


FIRST = answers([[2, -2], [-1, -1], [2, 2], [1, 1]])  # right, right, right, wrong
SECOND = answers([[2, -2], [1, -1], [2, -5], [-1, 1]])  # right, wrong, wrong, right


def test_rows_that_only_one_has_right_come_by_how_far_the_losses_are_apart():
    first, second = COMPARISON.apart(FIRST, SECOND)
    assert (first.tolist(), second.tolist()) == ([2, 1], [3])


def test_an_answer_is_labels_and_the_probability_of_the_right_ones():
    assert [COMPARISON.expected(FIRST, row) for row in range(4)] == ["joy", "(none)", "joy, anger", "anger"]
    found = COMPARISON.answer(SECOND, 2, is_better=False)
    assert (found.predicted, found.is_good) == ("joy", False)
    # 1 / (1 + e⁻²) · 1 / (1 + e⁵)
    np.testing.assert_allclose(found.figure, 0.880797 * 0.006693, rtol=1e-4)


def test_the_breakdown_is_f1_by_label_where_labels_are_the_same():
    one, other = ({"per_class": {"joy": {"f1": f1}}} for f1 in (0.5, 0.75))
    lines = COMPARISON.breakdown([one, {}, other]).lines
    assert [(line.name, line.values) for line in lines] == [("joy", (0.5, None, 0.75))]
    different = COMPARISON.breakdown([one, {"per_class": {"fear": {"f1": 1.0}}}])
    assert different is None or not different.lines
