"""Quiet time as it may go on, drawn from what a quiet period taught and from what it left unknown."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import expit

from bert_tf.detection.buckets import DAY, WEEKDAYS, Buckets, calendar
from bert_tf.detection.evidence import surge_evidence
from bert_tf.detection.quiet_pattern import QuietPattern

_WEEKS_OF_DAYS = 14
# Smaller dispersions make no difference to counts, but parameters of the beta distribution too large for its draws.
_LEAST_DISPERSION = 1e-9


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
        of_days = np.array(pattern.weekdays.values)[weekdays]
        logits = pattern.level + np.array(pattern.hours.values)[hours] + of_days[:, np.newaxis]
        return cls(texts[whole], offsets[whole], logits, hours, weekdays)

    def draw(self, generator: np.random.Generator, day: int, count: int) -> np.ndarray:
        """Indices of days that may stand for a future one, int64 [count]: of its weekday, if two weeks were seen."""
        alike = np.arange(len(self.texts))
        if len(alike) >= _WEEKS_OF_DAYS:
            alike = alike[self.weekdays == day % WEEKDAYS]
        return generator.choice(alike, count)


@dataclass(frozen=True, eq=False)
class _Truth:
    """What the shares of P paths may be in truth, as the quiet period doesn't tell exactly. All are float64."""

    shift: np.ndarray  # of the logits that the pattern has, by weekday and hour, [P, 7, 24]
    dispersion: np.ndarray  # [P]
    day_deviation: np.ndarray  # [P], in logits

    @classmethod
    def draw(cls, pattern: QuietPattern, generator: np.random.Generator, count: int) -> Self:
        day_variance = pattern.day_to_day.draw(generator, count)
        level = np.sqrt(pattern.level_variance + day_variance / pattern.days) * generator.standard_normal(count)
        hours = pattern.hours.draw(generator, count) - np.array(pattern.hours.values)
        weekdays = pattern.weekdays.draw(generator, count) - np.array(pattern.weekdays.values)
        shift = level[:, np.newaxis, np.newaxis] + weekdays[:, :, np.newaxis] + hours[:, np.newaxis, :]
        dispersion = np.maximum(pattern.dispersion.draw(generator, count), _LEAST_DISPERSION)
        return cls(shift, dispersion, np.sqrt(day_variance))


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
    size = (1 / truth.dispersion - 1)[:, np.newaxis]
    every = np.arange(paths)
    for day in range(days):
        drawn = volumes.draw(generator, day, paths)
        logits = volumes.logits[drawn] + volumes.offsets[drawn]
        unknown = truth.shift[every[:, np.newaxis], volumes.weekdays[drawn][:, np.newaxis], volumes.hours]
        of_day = (truth.day_deviation * generator.standard_normal(paths))[:, np.newaxis]
        shares = expit(logits + unknown + of_day)
        negatives = generator.binomial(
            volumes.texts[drawn], generator.beta(np.maximum(shares * size, 1e-9), np.maximum((1 - shares) * size, 1e-9))
        )
        ratios = surge_evidence(
            volumes.texts[drawn], negatives, logits, dispersion=pattern.dispersion.value, odds_ratios=odds_ratios
        )
        yield np.ascontiguousarray(ratios.transpose(2, 0, 1), np.float32)
