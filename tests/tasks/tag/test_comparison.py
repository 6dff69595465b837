import math

import numpy as np
import pytest

from bert_tf.evaluation.split_metrics import row_scores
from bert_tf.tasks.tag.comparison import WORDS, TagComparison
from bert_tf.tasks.tag.metrics import TagMetrics

COMPARISON = TagComparison()
EXPECTED = ["B-PER O", "B-LOC I-LOC", "O O", "B-PER O"]


def test_rows_that_one_of_two_models_has_right(answers):
    one = answers(EXPECTED, ["B-PER O", "B-LOC O", "O O", "B-PER O"])
    other = answers(EXPECTED, ["O O", "B-LOC I-LOC", "O O", "B-LOC B-LOC"])
    first, second = COMPARISON.apart(one, other)
    # The row with two wrong words comes first.
    assert (first.tolist(), second.tolist()) == ([3, 0], [1])
    gaps = row_scores(TagMetrics(), one) - row_scores(TagMetrics(), other)
    assert np.flatnonzero(gaps > 0).tolist() == sorted(first.tolist())


def test_an_answer_has_types_and_places(answers):
    given = answers(EXPECTED, ["B-PER O", "B-LOC O", "O O", "B-PER O"], sure=0.8)
    assert COMPARISON.expected(given, 1) == "LOC 0–3"
    found = COMPARISON.answer(given, 1, is_better=False)
    assert (found.predicted, found.is_good) == ("LOC 0–1", False)
    assert found.figure == pytest.approx(0.8 * 0.05, rel=1e-5)
    assert COMPARISON.answer(given, 2, is_better=True).predicted == "(none)"
    assert math.isclose(COMPARISON.answer(given, 2, is_better=True).figure, 0.64, rel_tol=1e-5)


def test_f1_of_types_side_by_side():
    figures = [
        {"per_class": {"LOC": {"f1": 0.5}, "PER": {"f1": 0.25}}},
        {},
        {"per_class": {"LOC": {"f1": 1.0}, "PER": {"f1": 0}}},
    ]
    found = COMPARISON.breakdown(figures)
    assert [(line.name, line.values) for line in found.lines] == [("LOC", (0.5, None, 1.0)), ("PER", (0.25, None, 0))]
    assert COMPARISON.breakdown([figures[0], {"per_class": {"LOC": {"f1": 1}}}]) is None
    assert WORDS.measure.is_mean
