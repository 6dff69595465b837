import dataclasses

import numpy as np
import pytest
from scipy.special import expit

from bert_tf.detection.buckets import Buckets
from bert_tf.detection.learn_quiet import learn_quiet
from bert_tf.detection.quiet_pattern import Effects
from bert_tf.detection.simulated_quiet import DayVolumes, simulated_evidence
from bert_tf.detection.variance_component import VarianceComponent

MONDAY = 1_424_044_800  # 16 February 2015, 00:00 UTC
SECONDS = 14_400
_NONE = VarianceComponent(0.0, 0.0, 0.0, 1.0)


@pytest.fixture(scope="module")
def certain(pattern):
    """A pattern with nothing unknown, and nothing but chance."""
    return dataclasses.replace(
        pattern, level=-0.8, level_variance=0.0, hours=Effects.none(24), weekdays=Effects.none(7), dispersion=_NONE,
        day_to_day=_NONE,
    )  # fmt: skip


def evidence(pattern, quiet, **kwargs):
    given = {"odds_ratios": (1.5,), "days": 28, "paths": 300, "seed": 0}
    return np.stack(list(simulated_evidence(pattern, quiet, **{**given, **kwargs})))  # [D, M, J, P]


def test_evidence_of_quiet_time_has_its_expectation(certain, quiet):
    # Of n texts with k negatives: k log 1.5 - n log(1 + 0.5 p); so a text gives p log 1.5 - log(1 + 0.5 p) on the mean.
    share = expit(-0.8)
    a_text = share * np.log(1.5) - np.log(1 + 0.5 * share)
    variance = share * (1 - share) * np.log(1.5) ** 2
    texts = quiet.texts.mean()
    found = evidence(certain, quiet)
    assert found.mean() == pytest.approx(a_text * texts, rel=0.03)
    assert found.var() == pytest.approx(variance * texts + a_text**2 * quiet.texts.var(), rel=0.03)


def test_what_is_unknown_of_the_level_shifts_whole_paths(certain, quiet):
    unknown = dataclasses.replace(certain, level_variance=0.04)
    paths = evidence(unknown, quiet).mean((0, 1, 2))
    # A logit more is p (1 - p) log 1.5 more evidence of a text.
    share = expit(-0.8)
    assert paths.std() == pytest.approx(0.2 * share * (1 - share) * np.log(1.5) * quiet.texts.mean(), rel=0.15)
    assert evidence(certain, quiet).mean((0, 1, 2)).std() < 0.3 * paths.std()


def test_days_differ_where_the_pattern_says_so(certain, quiet):
    days = dataclasses.replace(certain, day_to_day=VarianceComponent(5000.0, 1000.0, 100.0, 1.0), days=1e9)
    share = expit(-0.8)
    expected = 0.2 * share * (1 - share) * np.log(1.5) * quiet.texts.mean()
    spread = evidence(days, quiet).mean((1, 2)).std() ** 2 - evidence(certain, quiet).mean((1, 2)).std() ** 2
    assert spread**0.5 == pytest.approx(expected, rel=0.1)


def test_days_may_vary_less_than_by_chance(certain, quiet):
    """A day of 240 texts has by chance a variance of 1 / (240 p (1 - p)) in logits; half of it was seen."""
    share = expit(-0.8)
    half = VarianceComponent(0.5e6, 1e6, 240 * share * (1 - share), 1.0)
    even = dataclasses.replace(certain, day_to_day=half, days=1e9)
    volumes = {"paths": 1000, "days": 10}
    steady = dataclasses.replace(quiet, texts=np.full(len(quiet), 40), negatives=np.full(len(quiet), 12))
    spread = [evidence(one, steady, **volumes)[:, :, 0].sum(1).var() for one in (even, certain)]
    assert spread[0] / spread[1] == pytest.approx(0.5, rel=0.06)


def test_buckets_may_vary_less_than_by_chance(certain, quiet):
    """ρ = -0.5 / 39 takes half of the variance of a bucket of 40 texts; what days differ by was seen as a whole."""
    even = dataclasses.replace(certain, dispersion=VarianceComponent(0.5e6, 1e6, 39.0, 0.25))
    steady = dataclasses.replace(quiet, texts=np.full(len(quiet), 40), negatives=np.full(len(quiet), 12))
    spread = [evidence(one, steady, days=10)[:, :, 0].var() for one in (even, certain)]
    assert spread[0] / spread[1] == pytest.approx(0.5, rel=0.03)


def test_paths_whose_buckets_vary_more_have_days_that_differ_less_beside(certain, quiet):
    """That days vary one and a half times as by chance was seen for certain; how much buckets do, hardly."""
    share = expit(-0.8)
    steady = dataclasses.replace(quiet, texts=np.full(len(quiet), 40), negatives=np.full(len(quiet), 12))
    days = VarianceComponent(1.5e6, 1e6, 240 * share * (1 - share), 1.0)
    unknown = dataclasses.replace(
        certain, day_to_day=days, days=1e9, dispersion=VarianceComponent(20.0, 20.0, 39.0, 0.25)
    )
    found, by_chance = (evidence(one, steady, paths=1000)[:, :, 0] for one in (unknown, certain))
    within = (found - found.mean(1, keepdims=True)).var((0, 1))
    of_days, usual = found.sum(1).var(0), by_chance.sum(1).var()
    more = within > np.median(within)
    assert within[more].mean() > 1.5 * within[~more].mean()
    assert of_days[more].mean() / usual == pytest.approx(1.5, rel=0.06)
    assert of_days[~more].mean() / usual == pytest.approx(1.5, rel=0.06)


def test_the_same_seed_gives_the_same(pattern, quiet):
    first, again = (evidence(pattern, quiet, days=2) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert (evidence(pattern, quiet, days=2, seed=1) != first).any()


def test_days_that_are_not_whole_are_left_out():
    counts = np.arange(1, 21) * 10  # of 4 h each, from 08:00 on: 4 buckets of Monday, 6, 6 and 4 of Thursday
    quiet = Buckets.of_counts(start=MONDAY + 2 * SECONDS, seconds=SECONDS, texts=counts, negatives=counts // 3)
    volumes = DayVolumes.of_quiet(learn_quiet(quiet), quiet)
    assert volumes.texts.tolist() == [[50, 60, 70, 80, 90, 100], [110, 120, 130, 140, 150, 160]]
    assert volumes.weekdays.tolist() == [1, 2]
    assert volumes.hours.tolist() == [0, 4, 8, 12, 16, 20]


def test_parts_of_a_day_stand_for_one_if_there_is_no_other():
    quiet = Buckets.of_counts(start=MONDAY + 3600, seconds=3600, texts=[30] * 9, negatives=[10] * 9)
    volumes = DayVolumes.of_quiet(learn_quiet(quiet), quiet)
    assert volumes.texts.tolist() == [[0] + [30] * 9 + [0] * 14]


def test_of_two_weeks_a_day_stands_for_its_weekday(pattern, quiet):
    volumes = DayVolumes.of_quiet(pattern, quiet)
    drawn = volumes.draw(np.random.default_rng(0), 12, 200)
    assert set(drawn.tolist()) == {5, 12, 19, 26}
    few = dataclasses.replace(volumes, texts=volumes.texts[:6], weekdays=volumes.weekdays[:6])
    assert set(few.draw(np.random.default_rng(0), 12, 200).tolist()) == set(range(6))
