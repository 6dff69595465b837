import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.tasks.regress.label_ranges import errors_by_range


@given(st.lists(st.integers(0, 9), min_size=1, max_size=200))
def test_each_row_is_in_one_group_and_equal_labels_stay_together(labels):
    expected = np.array(labels, float)
    groups = errors_by_range(expected, expected + 0.5)
    assert sum(group["rows"] for group in groups) == len(labels)
    assert all(one["to"] < other["from"] for one, other in itertools.pairwise(groups))
    assert (groups[0]["from"], groups[-1]["to"]) == (min(labels), max(labels))
    assert len(groups) <= 6


def test_error_and_bias_of_each():
    expected = np.repeat([1.0, 5.0], 10)
    values = expected + np.tile([1.0, -0.5], 10) * np.repeat([1.0, -1.0], 10)
    assert errors_by_range(expected, values) == [
        {"from": 1.0, "to": 1.0, "rows": 10, "mae": 0.75, "bias": 0.25},
        {"from": 5.0, "to": 5.0, "rows": 10, "mae": 0.75, "bias": -0.25},
    ]
