import numpy as np
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.evaluation.confidence import disagreements, least_confident_hits, most_confident_mistakes
from bert_tf.evaluation.paired import paired_difference

LABELS = np.array([0, 1, 0, 1, 0])
PROBABILITIES = np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.4, 0.6], [0.51, 0.49]])


def test_mistakes_the_surest_first():
    assert most_confident_mistakes(LABELS, PROBABILITIES, most=5).tolist() == [2, 1]
    assert most_confident_mistakes(LABELS, PROBABILITIES, most=1).tolist() == [2]


def test_hits_the_least_sure_first():
    assert least_confident_hits(LABELS, PROBABILITIES, most=2).tolist() == [4, 3]


def test_none_of_either():
    assert most_confident_mistakes(LABELS[:1], PROBABILITIES[:1], most=3).tolist() == []
    assert least_confident_hits(LABELS[1:2], PROBABILITIES[1:2], most=3).tolist() == []


def test_disagreements_come_with_the_surest_first():
    labels = np.array([0, 0, 0, 0, 1, 1])
    # Right in the second, in both, in the first, in the first, in none, in the second.
    first = np.array([[0, 1], [1, 0], [3, 0], [9, 0], [1, 0], [8, 0]])
    second = np.array([[1, 0], [1, 0], [0, 9], [0, 8], [1, 0], [0, 7]])
    only_first, only_second = disagreements(labels, first, second)
    # Row 2: sure by 3 and by 9, so by 3; row 3: by 9 and by 8, so by 8.
    assert only_first.tolist() == [3, 2]
    assert only_second.tolist() == [5, 0]


@given(seed=st.integers(0, 1000))
def test_disagreements_are_the_rows_that_are_counted(seed):
    random = np.random.default_rng(seed)
    labels, first, second = random.integers(0, 4, 60), random.normal(size=(60, 4)), random.normal(size=(60, 4)) * 5
    only_first, only_second = disagreements(labels, first, second)
    right = [(logits.argmax(-1) == labels).astype(float) for logits in (first, second)]
    counted = paired_difference(*right)
    assert (len(only_first), len(only_second)) == (counted.only_first, counted.only_second)
    assert (first[only_first].argmax(-1) == labels[only_first]).all()
    assert (second[only_first].argmax(-1) != labels[only_first]).all()
    shares = [scipy.special.softmax(logits, axis=-1).max(-1) for logits in (first, second)]
    for rows in (only_first, only_second):
        sureness = np.minimum(*shares)[rows]
        assert (np.diff(sureness) <= 0).all()
