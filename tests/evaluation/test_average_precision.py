import numpy as np
from sklearn.metrics import average_precision_score

from bert_tf.evaluation.average_precision import average_precisions


def test_each_label_by_itself_and_none_of_a_label_without_rows():
    random = np.random.default_rng(0)
    expected, probabilities = random.random((30, 3)) < 0.4, random.random((30, 3))
    expected[:, 1] = False
    found = average_precisions(expected, probabilities)
    assert np.isnan(found[1])
    for label in (0, 2):
        assert found[label] == average_precision_score(expected[:, label], probabilities[:, label])


def test_what_is_not_a_number_counts_as_0():
    expected = np.array([[True], [False]])
    assert average_precisions(expected, np.array([[np.nan], [0.5]])).tolist() == [0.5]
