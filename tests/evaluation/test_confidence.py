import numpy as np

from bert_tf.evaluation.confidence import least_confident_hits, most_confident_mistakes

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
