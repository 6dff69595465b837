import dataclasses
import itertools
import json
import math

import numpy as np
import pytest

from bert_tf.detection.alarm_limits import AlarmLimits, simulate_limits
from bert_tf.detection.cusum import Cusums
from bert_tf.detection.evidence import surge_evidence
from bert_tf.detection.learn_quiet import learn_quiet
from bert_tf.errors import DataError


def test_limits_rise_with_the_days_between_false_alarms(pattern, quiet):
    found = [simulate_limits(pattern, quiet, days=days, paths=100) for days in (2, 10, 50, 100, 500, 5000, 1e6)]
    strengths = [limits.strength for limits in found]
    assert strengths == sorted(set(strengths))
    assert [limits.extrapolated for limits in found] == [False] * 4 + [True] * 3
    for fewer, more in itertools.pairwise(found):
        assert all(np.array(more.limits) > fewer.limits)


def test_series_that_share_a_rate_have_the_limits_of_a_rarer_one(pattern, quiet):
    shared = simulate_limits(pattern, quiet, days=20, series=5, paths=100)
    alone = simulate_limits(pattern, quiet, days=100, paths=100)
    assert shared.limits == alone.limits
    assert shared.days_between(shared.strength) == pytest.approx(20)
    assert alone.days_between(alone.strength) == pytest.approx(100)


def test_the_rate_is_kept_by_quiet_series_that_each_learn_for_themselves(draw_quiet):
    """60 series of daily buckets, watched for 100 days at one in 20: 300 alarms are expected."""
    expected, alarms = 300, 0
    for seed in range(60):
        both = draw_quiet(days=128, texts=100, seconds=86400, seed=seed)
        quiet, later = both.before(int(both.starts[28])), both.since(int(both.starts[28]))
        pattern = learn_quiet(quiet)
        limits = simulate_limits(pattern, quiet, days=20, paths=60, seed=seed)
        shares = pattern.shares(later.starts)
        ratios = surge_evidence(
            later.texts, later.negatives, np.log(shares / (1 - shares)), dispersion=pattern.dispersion.value,
            odds_ratios=limits.odds_ratios,
        )  # fmt: skip
        sums = Cusums.at_rest(3)
        alarms += sum(bool(sums.add(bucket, np.array(limits.limits))) for bucket in ratios.T)
    # Series differ by how well they were learned: their counts have twice the variance of Poisson's.
    assert abs(alarms - expected) < 3 * math.sqrt(2 * expected)


def test_after_a_short_quiet_period_limits_are_higher(pattern, quiet, limits):
    """Of the first 4 of the same 28 days the level is known less well, which matters least to the largest surge."""
    first = quiet.before(int(quiet.starts[24]))
    short = dataclasses.replace(learn_quiet(first), dispersion=pattern.dispersion, day_to_day=pattern.day_to_day)
    after = simulate_limits(short, first, days=100, paths=200)
    assert all(np.array(after.limits[:2]) > np.array(limits.limits[:2]) + 1)
    assert after.limits[2] == pytest.approx(limits.limits[2], rel=0.1)


def test_limits_are_those_of_the_seed(pattern, quiet, limits):
    assert simulate_limits(pattern, quiet, days=100, paths=200) == limits
    assert simulate_limits(pattern, quiet, days=100, paths=200, seed=1).limits != limits.limits


def test_a_strength_tells_how_rare_it_is(limits):
    lowest = [start + scale for start, scale in zip(limits.starts, limits.scales, strict=True)]
    assert limits.strength_of(lowest) == pytest.approx(1)
    assert limits.strength_of([0, 0, lowest[2]]) == pytest.approx(1)
    places = np.linspace(0, 12, 40)
    days = [limits.days_between(place) for place in places]
    assert days == sorted(days)
    assert days[0] < 10
    # What was promised, where the simulation is too short to count so few.
    rare = dataclasses.replace(limits, days=5000.0, strength=limits.strengths[-1] + 1)
    assert rare.days_between(rare.strength) == 5000
    # No more than the simulation could count: 30 alarms in 200 paths of 100 days.
    assert 100 < days[-1] <= 200 * 100 / 30


def test_they_come_back_from_json(limits):
    assert AlarmLimits.of_state(json.loads(json.dumps(dataclasses.asdict(limits)))) == limits


@pytest.mark.parametrize(
    ("promised", "message"),
    [
        ({"days": 0}, "One false alarm in 0 days can't be promised."),
        ({"days": -3}, "in -3 days"),
        ({"days": math.inf}, "in inf days"),
        ({"days": math.nan}, "in nan days"),
        ({"series": 0}, "0 series can't share"),
    ],
)
def test_a_rate_that_can_not_be_promised_is_refused(pattern, quiet, promised, message):
    with pytest.raises(DataError) as refused:
        simulate_limits(pattern, quiet, **promised)
    assert message in str(refused.value)
    assert refused.value.hint
