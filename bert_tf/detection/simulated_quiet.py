"""Quiet time as it may go on, drawn from what a quiet period taught and from what it left unknown."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import expit

from bert_tf.detection.buckets import DAY, WEEKDAYS, Buckets, calendar
from bert_tf.detection.even_draws import normal
from bert_tf.detection.evidence import surge_evidence
from bert_tf.detection.quiet_pattern import QuietPattern

_WEEKS_OF_DAYS = 14
# Smaller dispersions make no difference to counts, but parameters of the beta distribution too large for its draws.
_LEAST_DISPERSION = 1e-9
_LEAST_SQUARE = 0.01


@dataclass(frozen=True, eq=False)
class DayVolumes:
    """Whole days of a quiet period.

    Attributes:
        texts: int64 [D, M], of M buckets.
        offsets: See `Buckets`, float64 [D, M].
        logits: Of the shares that the pattern expects without offsets, float64 [D, M].
        hours: Of each bucket, int64 [M].
        weekdays: Of each day, int64 [D].
    """

    texts: np.ndarray
    offsets: np.ndarray
    logits: np.ndarray
    hours: np.ndarray
    weekdays: np.ndarray

    @classmethod
    def of_quiet(cls, pattern: QuietPattern, quiet: Buckets) -> Self:
        """First and last day are left out where the period begins or ends within them, unless nothing else is left."""
        when = calendar(quiet.starts, quiet.zone)
        numbers, day_of = np.unique(when.days, return_inverse=True)
        texts = np.zeros((len(numbers), DAY // quiet.seconds), np.int64)
        offsets = np.zeros(texts.shape)
        place = day_of, when.seconds // quiet.seconds
        np.add.at(texts, place, quiet.texts)
        offsets[place] = quiet.offsets
        whole = np.ones(len(numbers), bool)
        whole[0] = when.seconds[0] < quiet.seconds
        whole[-1] &= when.seconds[-1] + quiet.seconds >= DAY
        if not whole.any():
            whole[:] = True
        hours = np.arange(texts.shape[1]) * quiet.seconds // 3600
        weekdays = (numbers[whole] - 1) % WEEKDAYS
        of_days = pattern.weekdays.values[weekdays]
        logits = pattern.level + pattern.hours.values[hours] + of_days[:, np.newaxis]
        return cls(texts[whole], offsets[whole], logits, hours, weekdays)

    def draw(self, generator: np.random.Generator, day: int, count: int) -> np.ndarray:
        """Indices of days that may stand for a future one, int64 [count]: of its weekday, if two weeks were seen."""
        alike = np.arange(len(self.texts))
        if len(alike) >= _WEEKS_OF_DAYS:
            alike = alike[self.weekdays == day % WEEKDAYS]
        return generator.choice(alike, count)


@dataclass(frozen=True, eq=False)
class _Truth:
    """What the shares of P paths may be in truth, as the quiet period doesn't tell exactly. All are float64.

    Below 0, a variance stands for counts that vary less than by chance.
    """

    shift: np.ndarray  # of the logits that the pattern has, by weekday and hour, [P, 7, 24]
    dispersion: np.ndarray  # [P, 1]
    day_variance: np.ndarray  # [P, 1], in logits

    @classmethod
    def draw(cls, pattern: QuietPattern, generator: np.random.Generator, count: int) -> Self:
        dispersion = pattern.dispersion.draw(generator, count)
        scale = pattern.dispersion.scale
        # What days differ by was seen as a whole: a path whose buckets vary more has days that vary less beside.
        chance = (1 + scale * dispersion) / (1 + scale * pattern.dispersion.value)
        day_variance = pattern.day_to_day.draw(generator, count, chance=chance)
        level_variance = np.maximum(pattern.level_variance * chance + day_variance / pattern.days, 0)
        level = np.sqrt(level_variance) * normal(generator, count)
        hours = pattern.hours.draw(generator, count, chance=chance) - pattern.hours.values
        more_by_days = day_variance - chance * pattern.day_to_day.value
        weekdays = pattern.weekdays.draw(generator, count, chance=chance, more_by_days=more_by_days)
        weekdays -= pattern.weekdays.values
        shift = level[:, np.newaxis, np.newaxis] + weekdays[:, :, np.newaxis] + hours[:, np.newaxis, :]
        return cls(shift, dispersion[:, np.newaxis], day_variance[:, np.newaxis])

    def negatives(self, generator: np.random.Generator, texts: np.ndarray, logits: np.ndarray) -> np.ndarray:
        """Of a day's texts [P, M], float64 [P, M]; `logits` are those that the paths' shares have on the mean."""
        of_day = np.sqrt(np.maximum(self.day_variance, 0)) * generator.standard_normal(self.day_variance.shape)
        shares = expit(logits + of_day)
        size = 1 / np.maximum(self.dispersion, _LEAST_DISPERSION) - 1
        varied = generator.beta(np.maximum(shares * size, 1e-9), np.maximum((1 - shares) * size, 1e-9))
        negatives = generator.binomial(texts, varied).astype(float)
        even = (np.minimum(self.dispersion, self.day_variance) < 0)[:, 0]
        negatives[even] = self._evened(negatives, texts, shares, even)
        return negatives

    def _evened(self, negatives: np.ndarray, texts: np.ndarray, shares: np.ndarray, even: np.ndarray) -> np.ndarray:
        """Counts of paths [E] of a variance below 0, moved towards what is expected of a bucket, and of a day."""
        texts, shares = texts[even], shares[even]
        expected = texts * shares
        binomial = expected * (1 - shares)
        square = np.maximum(1 + np.maximum(texts - 1, 0) * self.dispersion[even], _LEAST_SQUARE)
        apart = (negatives[even] - expected) * np.sqrt(np.minimum(square, 1))
        information = (binomial / square).sum(1, keepdims=True)
        of_day = (apart / square).sum(1, keepdims=True) / np.maximum(information, _LEAST_SQUARE)
        kept = np.sqrt(np.clip(1 + self.day_variance[even] * information, 0, 1))
        return np.clip(expected + apart - (1 - kept) * of_day * binomial, 0, texts)


def simulated_evidence(
    pattern: QuietPattern, quiet: Buckets, *, odds_ratios: tuple[float, ...], days: int, paths: int, seed: int
) -> Iterator[np.ndarray]:
    """Log-likelihood ratios of quiet days, one day after the other, each float32 [M, J, P] of M buckets and P paths.

    Each path has a truth of its own, drawn from what the quiet period leaves possible, while the detector knows the
    estimates only: so the error of learning counts. Volumes are those of the quiet days, in any order.
    """
    generator = np.random.default_rng(seed)
    volumes = DayVolumes.of_quiet(pattern, quiet)
    truth = _Truth.draw(pattern, generator, paths)
    every = np.arange(paths)
    for day in range(days):
        drawn = volumes.draw(generator, day, paths)
        logits = volumes.logits[drawn] + volumes.offsets[drawn]
        unknown = truth.shift[every[:, np.newaxis], volumes.weekdays[drawn][:, np.newaxis], volumes.hours]
        texts = volumes.texts[drawn]
        negatives = truth.negatives(generator, texts, logits + unknown)
        ratios = surge_evidence(texts, negatives, logits, dispersion=pattern.dispersion.value, odds_ratios=odds_ratios)
        yield np.ascontiguousarray(ratios.transpose(2, 0, 1), np.float32)
