import numpy as np
import pytest

from bert_tf.report.figures.match_scores import match_scores


def test_both_distributions_are_told_in_words():
    drawn = match_scores(np.linspace(0, 1, 101), np.linspace(-1, 0, 101))
    assert "matching texts: 5% below 0.05, half below 0.50, 95% below 0.95" in drawn
    assert "nearest wrong texts: 5% below -0.95, half below -0.50, 95% below -0.05" in drawn
    assert drawn.count("cosine with the row") == 1


@pytest.mark.parametrize("value", [0.5, -1.0])
def test_equal_scores_can_be_drawn(value):
    assert "<svg" in match_scores(np.full(3, value), np.full(3, value))
