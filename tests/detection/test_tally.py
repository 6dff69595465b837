import dataclasses

import pytest
from scipy.special import logit

from bert_tf.detection.alarm import wilson
from bert_tf.detection.tally import Counted, Tally
from bert_tf.detection.variance_component import VarianceComponent


@pytest.fixture(scope="module")
def by_hand(pattern):
    """ρ = 0.1, a variance of 0.04 of whole days, and a level as well known as a logit of variance 0.01 + 0.04 / 4."""
    return dataclasses.replace(
        pattern, dispersion=VarianceComponent(2.0, 1.0, 10.0, 1.0), day_to_day=VarianceComponent(5.0, 1.0, 100.0, 1.0),
        level_variance=0.01, days=4.0, seconds=3600,
    )  # fmt: skip


def test_sums_by_hand(by_hand):
    tally = Tally()
    for bucket, day in ((Counted(0, 11, 8), 1), (Counted(3600, 21, 9), 1), (Counted(7200, 11, 4), 2)):
        tally = tally.plus(bucket, pattern=by_hand, logit=float(logit(0.2)), day=day)
    assert (tally.since, tally.until, tally.texts, tally.negatives) == (0, 10800, 43, 21)
    assert tally.expected == pytest.approx(43 * 0.2)
    assert tally.binomial == pytest.approx(43 * 0.16)
    # n p q (1 + (n - 1) ρ) of each bucket, and of each day the square of the sum of n p q, times its variance.
    within = 0.16 * (11 * 2 + 21 * 3 + 11 * 2)
    days = (32 * 0.16) ** 2 + (11 * 0.16) ** 2
    assert tally.variance == pytest.approx(within + 0.04 * days)
    assert tally.share() == wilson(21 / 43, 43 * tally.binomial / tally.variance)
    before = tally.before(by_hand)
    assert before.value == pytest.approx(0.2)
    assert before.high == pytest.approx(0.2 + 1.959964 * 0.16 * 0.02**0.5)


def test_independent_texts_count_as_they_are(by_hand):
    none = VarianceComponent(0.0, 0.0, 0.0, 1.0)
    plain = dataclasses.replace(by_hand, dispersion=none, day_to_day=none)
    tally = Tally().plus(Counted(0, 50, 20), pattern=plain, logit=-0.7, day=1)
    assert (tally.share().low, tally.share().high) == pytest.approx((wilson(0.4, 50).low, wilson(0.4, 50).high))
