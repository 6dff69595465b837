"""How much evidence raises an alarm, so that false alarms are as rare as promised."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from bert_tf.detection.buckets import DAY, Buckets
from bert_tf.detection.cusum import Cusums
from bert_tf.detection.evidence import ODDS_RATIOS
from bert_tf.detection.quiet_pattern import QuietPattern
from bert_tf.detection.simulated_quiet import simulated_evidence
from bert_tf.errors import DataError

DAYS = 100
_MOST_BUCKETS = 4_000_000
_FEWEST_PATHS, _MOST_PATHS = 200, 4000
_STRENGTHS = np.arange(0, 15, 0.5)
# Alarms below which a rate is not taken as counted, but as the ones before it go on.
_FEWEST_ALARMS = 30


@dataclass(frozen=True)
class AlarmLimits:
    """Limits of J cumulative sums, and the rates of false alarms at other limits.

    A strength g stands for the limits `starts` + g × `scales`.

    Attributes:
        days: On the mean there is one false alarm in so many days,
        series: in so many series together.
        odds_ratios: Of the surges that sums are kept for, rising, [J].
        starts: Median of a day's largest sum in quiet time, [J].
        scales: By how much a limit is raised to make its false alarms e times rarer, nearly, [J].
        strength: That of the limits.
        strengths: Those that were simulated, rising, [G].
        rates: Logarithms of false alarms a day at each, in one series, falling, [G].
        simulated_days: How many days were simulated.
        seed: Of the simulation.
    """

    days: float
    series: int
    odds_ratios: tuple[float, ...]
    starts: tuple[float, ...]
    scales: tuple[float, ...]
    strength: float
    strengths: tuple[float, ...]
    rates: tuple[float, ...]
    simulated_days: int
    seed: int

    @property
    def limits(self) -> tuple[float, ...]:
        """Of the sums, [J]."""
        return tuple(start + self.strength * scale for start, scale in zip(self.starts, self.scales, strict=True))

    @property
    def extrapolated(self) -> bool:
        """Whether so few false alarms are promised that the simulation is too short to count them."""
        return self.strength > self.strengths[-1]

    def strength_of(self, evidence: Sequence[float]) -> float:
        """Of the largest of sums [J], each by its own scale."""
        return max(
            (sum_ - start) / scale for sum_, start, scale in zip(evidence, self.starts, self.scales, strict=True)
        )

    def days_between(self, strength: float) -> float:
        """Mean days between false alarms of this strength at least, in all series together.

        No more than could be counted in the simulation, or than was promised.
        """
        counted = math.exp(-float(np.interp(strength, self.strengths, self.rates))) / self.series
        return max(counted, self.days) if strength >= self.strength else counted

    @classmethod
    def of_state(cls, state: Mapping[str, Any]) -> Self:
        """From what `dataclasses.asdict` gave, or JSON made of it."""
        lists = {key: tuple(value) for key, value in state.items() if isinstance(value, list | tuple)}
        return cls(**{**state, **lists})


def simulate_limits(
    pattern: QuietPattern,
    quiet: Buckets,
    *,
    days: float = 100,
    series: int = 1,
    odds_ratios: tuple[float, ...] = ODDS_RATIOS,
    paths: int | None = None,
    seed: int = 0,
) -> AlarmLimits:
    """Find the limits at which quiet time raises as many alarms as are allowed.

    The rate is the mean number of alarms in 100 days of simulated quiet time, see `simulated_evidence`: the error of
    learning counts, so a short quiet period makes limits high. It holds for volumes, days and hours such as the quiet
    period has. Where less than one in so many days is allowed than the simulation can count, the rates' course is
    continued.

    The promise is kept on the mean over quiet periods: one that happened to be more even than the stream is gives
    limits that are too low, an uneven one limits that are too high.

    Args:
        pattern: What was learned
        quiet: of these buckets.
        days: One false alarm in so many days.
        series: How many series share this rate; 1 if each has it for itself.
        odds_ratios: Of the surges to look for, rising.
        paths: Simulated series; by default as many as make 4,000,000 buckets, 200 at least and 4,000 at most.
        seed: The same limits for the same seed.

    Raises:
        DataError: A number of days or series out of range.
    """
    if not 0 < days < math.inf:
        raise DataError(
            f"One false alarm in {days} days can't be promised.", hint="take a number of days above 0, such as 100"
        )
    if series < 1:
        raise DataError(f"{series} series can't share a rate of false alarms.", hint="take 1 or more")
    if paths is None:
        paths = int(np.clip(_MOST_BUCKETS * quiet.seconds // (DAYS * DAY), _FEWEST_PATHS, _MOST_PATHS))
    simulated = list(simulated_evidence(pattern, quiet, odds_ratios=odds_ratios, days=DAYS, paths=paths, seed=seed))
    starts, scales = _typical(simulated)
    alarms = _count_alarms(simulated, starts[:, np.newaxis] + _STRENGTHS * scales[:, np.newaxis])
    strengths, rates = _falling(alarms, paths * DAYS)
    return AlarmLimits(
        days=days,
        series=series,
        odds_ratios=odds_ratios,
        starts=tuple(starts.tolist()),
        scales=tuple(scales.tolist()),
        strength=_strength(-math.log(days * series), strengths, rates),
        strengths=tuple(strengths.tolist()),
        rates=tuple(rates.tolist()),
        simulated_days=paths * DAYS,
        seed=seed,
    )


def _typical(simulated: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Median of the largest sum of a day, and the scale of its upper tail, for each surge, float64 [J]."""
    largest = []
    sums = Cusums.at_rest(*simulated[0].shape[1:], dtype=np.float32)
    never = np.full((simulated[0].shape[1], 1), np.inf, np.float32)
    for day in simulated:
        top = np.zeros_like(sums.evidence)
        for ratios in day:
            sums.add(ratios, never)
            top = np.maximum(top, sums.evidence)
        largest.append(top)
    middle, rare = np.quantile(np.concatenate(largest, axis=1), [0.5, 0.98], axis=1)
    return middle, np.maximum((rare - middle) / math.log(0.5 / 0.02), 1e-3)


def _count_alarms(simulated: list[np.ndarray], limits: np.ndarray) -> np.ndarray:
    """Alarms at limits [J, G], int64 [G]."""
    _, surges, paths = simulated[0].shape
    sums = Cusums.at_rest(surges, limits.shape[1], paths, dtype=np.float32)
    alarms = np.zeros(limits.shape[1], np.int64)
    limits = limits.astype(np.float32)[:, :, np.newaxis]
    for day in simulated:
        for ratios in day:
            alarms += sums.add(ratios[:, np.newaxis], limits).sum(-1)
    return alarms


def _falling(alarms: np.ndarray, days: int) -> tuple[np.ndarray, np.ndarray]:
    """Strengths, and logarithms of alarms a day, as far as these could be counted.

    At low limits alarms are on for so long that few are raised; there, the rate counts as that of higher ones.
    """
    never_rising = np.maximum.accumulate(alarms[::-1])[::-1]
    counted = max(2, int((never_rising >= _FEWEST_ALARMS).sum()))
    return _STRENGTHS[:counted], np.log(np.maximum(never_rising[:counted], 0.5) / days)


def _strength(rate: float, strengths: np.ndarray, rates: np.ndarray) -> float:
    """The strength at which a logarithm of a rate is reached; 0 at least."""
    if rate >= rates[-1]:
        # From the rare to the frequent, and the first of equal rates.
        return float(np.interp(rate, rates[::-1], strengths[::-1]))
    last = slice(max(0, len(rates) - 4), None)
    slope = min(-0.1, float(np.polyfit(strengths[last], rates[last], 1)[0]))
    return float(strengths[-1] + (rate - rates[-1]) / slope)
