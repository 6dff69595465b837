import dataclasses

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, logit
from scipy.stats import binom

from bert_tf.detection.buckets import Buckets, calendar
from bert_tf.detection.learn_quiet import learn_quiet
from bert_tf.errors import DataError

MONDAY = 1_424_044_800  # 16 February 2015, 00:00 UTC


def drawn(*, days=56, seconds=3600, texts=200, hours=0.0, weekend=0.0, dispersion=0.0, of_days=0.0, seed=0):
    """A series whose logits have a wave over the day, a weekend, and random days."""
    random = np.random.default_rng(seed)
    starts = MONDAY + seconds * np.arange(days * 86400 // seconds)
    when = calendar(starts, "UTC")
    effects = hours * np.sin(2 * np.pi * when.hours / 24) + weekend * (when.weekdays >= 5)
    days_off = of_days * random.standard_normal(days)
    shares = expit(-0.8 + effects + days_off[when.days - when.days[0]])
    if dispersion:
        shares = random.beta(shares * (1 / dispersion - 1), (1 - shares) * (1 / dispersion - 1))
    counts = random.poisson(texts, len(starts))
    return Buckets(starts, seconds, counts, random.binomial(counts, shares), np.zeros(len(starts)))


def test_of_equal_shares_nothing_but_the_level_is_learned():
    """Chance alone makes no pattern beyond three errors of an hour, 0.02, and of a weekday, 0.011."""
    quiet = drawn()
    pattern = learn_quiet(quiet)
    level = logit(quiet.negatives.sum() / quiet.texts.sum())
    assert pattern.level == pytest.approx(level, abs=1e-3)
    assert max(map(abs, pattern.hours.values)) < 0.06
    assert max(map(abs, pattern.weekdays.values)) < 0.033
    assert pattern.dispersion.value < 5e-4
    assert pattern.day_to_day.value < 1e-3
    # A weekday was seen on 8 of 56 days, which have about as many texts each.
    assert pattern.weekdays.day_shares == pytest.approx([1 / 8] * 7, rel=0.02)
    assert not any(pattern.hours.day_shares)
    # Of N independent texts, a logit has the variance 1 / (N p (1 - p)).
    share = quiet.negatives.sum() / quiet.texts.sum()
    assert pattern.level_variance == pytest.approx(1 / (quiet.texts.sum() * share * (1 - share)), rel=0.1)


def test_hours_and_weekdays_are_found():
    pattern = learn_quiet(drawn(hours=0.5, weekend=0.4))
    np.testing.assert_allclose(pattern.hours.values, 0.5 * np.sin(2 * np.pi * np.arange(24) / 24), atol=0.09)
    assert pattern.weekdays.values[6] - pattern.weekdays.values[2] == pytest.approx(0.4, abs=0.06)
    shares = pattern.shares(np.array([MONDAY + 6 * 3600, MONDAY + 5 * 86400 + 6 * 3600]))
    assert shares == pytest.approx(expit(np.array([-0.8 + 0.5, -0.8 + 0.9])), abs=0.02)


def test_few_buckets_are_not_fitted_to():
    """Of 4 days with 3 texts an hour, a wave of chance over the hours is mostly not believed."""
    quiet = drawn(days=4, texts=3, seed=3)
    when = calendar(quiet.starts, "UTC")
    bad, all_ = np.bincount(when.hours, quiet.negatives), np.bincount(when.hours, quiet.texts)
    raw = logit((bad + 0.5) / (all_ + 1)) + 0.8
    assert np.std(learn_quiet(quiet).hours.values) < 0.5 * np.std(raw)


def test_dispersion_and_days_are_told_apart():
    spread = learn_quiet(drawn(dispersion=0.03, days=100))
    assert spread.dispersion.value == pytest.approx(0.03, rel=0.15)
    assert spread.day_to_day.value**0.5 < 0.06
    days = learn_quiet(drawn(of_days=0.2, days=100))
    assert days.day_to_day.value**0.5 == pytest.approx(0.2, rel=0.2)
    assert days.dispersion.value < 0.003
    assert days.days == pytest.approx(100, rel=0.05)


def test_days_take_their_degrees_of_freedom():
    """With two buckets a day, half of what varies goes into the days."""
    pattern = learn_quiet(drawn(seconds=43200, days=400, dispersion=0.03))
    assert pattern.dispersion.value == pytest.approx(0.03, rel=0.2)


def test_of_days_that_differ_anyway_weekdays_are_believed_less():
    """The mean of four days has an error of 0.15; of that, ln(1.25)² / (ln(1.25)² + 0.15²) = 0.69 is kept."""
    found = [learn_quiet(drawn(days=28, of_days=0.3, seed=seed)).weekdays.values for seed in range(6)]
    chance = 0.15 * np.sqrt(6 / 7 * 2 / np.pi)  # mean size of a normal deviation from the mean of seven
    assert np.mean(np.abs(found)) == pytest.approx(0.69 * chance, rel=0.2)


def test_a_weekend_of_few_texts_is_not_taken_for_chance():
    """Weekends of a third of the texts: their share is expected where it is, and not halfway to that of other days."""
    apart = []
    for seed in range(12):
        quiet = drawn(days=28, seconds=21600, texts=50, weekend=0.2, seed=seed)
        weekend = calendar(quiet.starts, "UTC").weekdays >= 5
        random = np.random.default_rng(seed)
        texts = np.where(weekend, random.poisson(17, len(quiet)), quiet.texts)
        negatives = random.binomial(texts, expit(-0.8 + 0.2 * weekend))
        pattern = learn_quiet(dataclasses.replace(quiet, texts=texts, negatives=negatives))
        shares = pattern.shares(quiet.starts[weekend])
        apart.append(logit(shares).mean() + 0.6)
    # Each has an error of 1 / sqrt(8 × 68 × 0.23) = 0.09.
    assert np.mean(apart) == pytest.approx(0, abs=0.06)


def test_a_level_with_offsets_is_the_likeliest():
    random = np.random.default_rng(4)
    offsets = random.normal(0, 0.5, 200)
    texts = random.poisson(100, 200)
    negatives = random.binomial(texts, expit(-0.4 + offsets))
    starts = MONDAY + 86400 * np.arange(200)
    pattern = learn_quiet(Buckets(starts, 86400, texts, negatives, offsets))
    without = dataclasses.replace(pattern, weekdays=pattern.weekdays.none(7))

    def loss(level):
        return -binom.logpmf(negatives, texts, expit(level[0] + offsets)).sum()

    assert without.level == pytest.approx(minimize(loss, [0.0]).x[0], abs=2e-3)
    assert without.shares(starts[:1], offsets[:1]) == pytest.approx(expit(without.level + offsets[:1]))


@pytest.mark.parametrize("days", [13, 14])
def test_weekdays_need_two_weeks(days):
    assert any(learn_quiet(drawn(days=days, weekend=1.0)).weekdays.values) == (days == 14)


def test_a_bucket_of_a_day_has_no_hours_and_no_days_beside_itself(draw_quiet):
    pattern = learn_quiet(draw_quiet(seconds=86400, texts=300))
    assert not any(pattern.hours.values)
    assert pattern.day_to_day.freedom == 0
    assert pattern.dispersion.freedom > 20


@pytest.mark.parametrize(
    ("texts", "negatives", "message"),
    [
        ([], [], "There is no quiet period: no bucket of it has texts."),
        ([0] * 9, [0] * 9, "There is no quiet period"),
        ([40] * 3, [20] * 3, "The quiet period has 3 buckets with texts; at least 7 are needed."),
        ([40] * 6 + [0] * 5, [20] * 6 + [0] * 5, "The quiet period has 6 buckets"),
        ([40] * 9, [0] * 9, "None of the 360 texts of the quiet period is negative; at least 10"),
        ([40] * 9, [40] * 9, "All 360 texts of the quiet period are negative"),
        ([40] * 9, [1] * 9, "9 of the 360 texts of the quiet period are negative"),
    ],
)
def test_what_nothing_can_be_learned_of_is_refused(texts, negatives, message):
    with pytest.raises(DataError) as refused:
        learn_quiet(Buckets.of_counts(start=MONDAY, seconds=3600, texts=texts, negatives=negatives))
    assert str(refused.value).startswith(message)
    assert refused.value.hint
