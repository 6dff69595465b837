import numpy as np
from scipy.stats import binomtest

from bert_tf.monitoring.shares import wilson_intervals


def test_intervals_are_scipy_s():
    negatives, events = np.array([0, 1, 3, 50, 10]), np.array([1, 1, 10, 200, 10])
    low, high = wilson_intervals(negatives, events)
    for place, (count, total) in enumerate(zip(negatives.tolist(), events.tolist(), strict=True)):
        expected = binomtest(count, total).proportion_ci(0.95, method="wilson")
        np.testing.assert_allclose((low[place], high[place]), (expected.low, expected.high), atol=1e-12)


def test_nothing_is_known_without_events():
    low, high = wilson_intervals(np.array([0]), np.array([0]))
    assert (low[0], high[0]) == (0, 1)
