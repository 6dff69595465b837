"""Simulated series of texts and negative ones, with a pattern by hour and weekday."""

import dataclasses
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from bert_tf.detection.buckets import DAY, Buckets, calendar

START = 1_424_044_800  # Monday, 16 February 2015
USUAL_SHARE = 0.3


@dataclass(frozen=True)
class Scenario:
    """What a stream is like while nothing happens.

    Attributes:
        name: For the tables.
        texts_a_day: Mean.
        volume_variance: Squared coefficient of variation of a bucket's mean volume; 0 is Poisson.
        dispersion: ρ of the beta-binomial share of a bucket.
        day_deviation: Of whole days, in logits.
        seconds: Length of a bucket.
    """

    name: str
    texts_a_day: float = 200.0
    volume_variance: float = 0.0
    dispersion: float = 0.0
    day_deviation: float = 0.0
    seconds: int = 10_800


POISSON = Scenario("Poisson")
OVERDISPERSED = Scenario("overdispersed", volume_variance=0.3, dispersion=0.02, day_deviation=0.1)


def simulate(scenario: Scenario, *, days: int, seed: int, surge_at: int | None = None, points: float = 0.0) -> Buckets:
    """A series from Monday, 16 February 2015 on.

    Args:
        scenario: What is usual.
        days: Its length.
        seed: The volumes and quiet shares are the same for the same seed, whatever the surge.
        surge_at: Number of the bucket in which a surge begins.
        points: Its size, as a share that is added, 0 to 1.
    """
    generator = np.random.default_rng(seed)
    starts = START + scenario.seconds * np.arange(days * DAY // scenario.seconds)
    when = calendar(starts, "UTC")
    daily = np.sin(2 * np.pi * (when.seconds + scenario.seconds / 2) / DAY)
    weekend = when.weekdays >= 5
    mean = scenario.texts_a_day * scenario.seconds / DAY * (1 - 0.6 * daily) * np.where(weekend, 0.6, 1.16)
    if scenario.volume_variance:
        mean = mean * generator.gamma(1 / scenario.volume_variance, scenario.volume_variance, len(mean))
    texts = generator.poisson(mean)
    day_effects = scenario.day_deviation * generator.standard_normal(days)
    of_day = day_effects[when.days - when.days[0]]
    shares = expit(logit(USUAL_SHARE) + 0.15 * daily + 0.2 * weekend + of_day)
    if surge_at is not None:
        shares[surge_at:] = np.minimum(shares[surge_at:] + points, 0.99)
    if scenario.dispersion:
        size = 1 / scenario.dispersion - 1
        shares = generator.beta(shares * size, (1 - shares) * size)
    return Buckets(starts, scenario.seconds, texts, generator.binomial(texts, shares), np.zeros(len(starts)))


def daily_shares(series: Buckets) -> np.ndarray:
    """Share of negatives of each day, float64 [D]; 0 of a day without texts."""
    days = calendar(series.starts, series.zone).days
    number = days - days[0]
    texts, negatives = np.bincount(number, series.texts), np.bincount(number, series.negatives)
    return np.asarray(negatives / np.maximum(texts, 1))


def with_bucket(scenario: Scenario, seconds: int) -> Scenario:
    """The same stream, counted in other buckets."""
    return dataclasses.replace(scenario, seconds=seconds)
