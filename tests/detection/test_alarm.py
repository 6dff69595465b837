import pytest
from scipy.stats import binomtest

from bert_tf.detection.alarm import Estimate, difference, normal_estimate, wilson


@pytest.mark.parametrize(("negatives", "texts"), [(0, 5), (3, 10), (41, 90), (12, 12)])
def test_wilsons_interval_is_scipys(negatives, texts):
    ours = wilson(negatives / texts, texts)
    theirs = binomtest(negatives, texts).proportion_ci(0.95, method="wilson")
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))


def test_a_difference_is_newcombes():
    # Newcombe (1998), table II, example (a): 56 of 70 and 48 of 80, method 10: 0.0524 to 0.3339.
    found = difference(wilson(56 / 70, 70), wilson(48 / 80, 80))
    assert found.value == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_a_normal_interval_ends_at_0_and_1():
    assert normal_estimate(0.5, 0.1) == Estimate(0.5, pytest.approx(0.3040036), pytest.approx(0.6959964))
    assert normal_estimate(0.01, 0.1).low == 0
    assert normal_estimate(0.99, 0.1).high == 1
