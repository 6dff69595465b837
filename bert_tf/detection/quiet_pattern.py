"""What the share of negatives is while nothing happens: by hour and weekday, and how much it varies."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.special import expit

from bert_tf.detection.buckets import Calendar, calendar
from bert_tf.detection.evidence import ODDS_RATIOS
from bert_tf.detection.variance_component import VarianceComponent

# That of effects as large as the smallest surge: if these were taken for chance, each weekend of a usual pattern would
# be half an alarm.
_LEAST_EFFECT_VARIANCE = math.log(ODDS_RATIOS[0]) ** 2
_LARGEST_EFFECT_VARIANCE = 4.0


@dataclass(frozen=True)
class Effects:
    """Deviations of G groups of buckets from the level, in logits, shrunk towards 0 by how little is known of each.

    Attributes:
        found: As they were seen, [G].
        precisions: Inverse variances of these, [G]; 0 for a group of which nothing is known.
        day_shares: What the variance of whole days adds to each of these variances, as a share of it, [G].
        between: Variance of the true ones, which is taken for at least that of effects as large as the smallest surge.
    """

    found: tuple[float, ...]
    precisions: tuple[float, ...]
    day_shares: tuple[float, ...]
    between: VarianceComponent

    @classmethod
    def none(cls, groups: int) -> Self:
        """No deviations."""
        none = (0.0,) * groups
        return cls(none, none, none, VarianceComponent(0.0, 0.0, 0.0, _LARGEST_EFFECT_VARIANCE))

    @classmethod
    def shrunk(cls, found: np.ndarray, variances: np.ndarray, day_shares: np.ndarray | None = None) -> Self:
        """Empirical Bayes: the mean of what was found and 0, weighted by precision (Efron & Morris 1975).

        Args:
            found: Deviations, float64 [G].
            variances: Of their estimates, float64 [G], infinite for groups without texts.
            day_shares: See above; 0 by default.
        """
        between = VarianceComponent.between(found, variances, spent=1.0, largest=_LARGEST_EFFECT_VARIANCE)
        shares = np.zeros(len(found)) if day_shares is None else day_shares
        return cls(tuple(found.tolist()), tuple((1 / variances).tolist()), tuple(shares.tolist()), between)

    @property
    def values(self) -> np.ndarray:
        """Shrunk deviations, float64 [G]."""
        return self._kept(self._between) * np.array(self.found)

    @property
    def freedom(self) -> float:
        """Degrees of freedom that they take: G - 1 where nothing is shrunk."""
        kept = self._kept(self._between)
        known = int((kept > 0).sum())
        return float(kept.sum()) * (known - 1) / known if known else 0.0

    @property
    def _between(self) -> float:
        """What the variance of the true ones is taken for."""
        return max(self.between.value, _LEAST_EFFECT_VARIANCE)

    def _kept(self, between: float) -> np.ndarray:
        known = between * np.array(self.precisions)
        return np.asarray(known / (1 + known))

    def draw(
        self,
        generator: np.random.Generator,
        count: int,
        *,
        chance: np.ndarray | float = 1.0,
        more_by_days: np.ndarray | float = 0.0,
    ) -> np.ndarray:
        """Deviations that fit what was seen, float64 [count, G].

        Of an estimate that keeps k of what was found, the error is (1 - k) of the true deviation and k of the error of
        what was found: its variance is (1 - k)² of the variance between groups and k² of that of what was found. The
        variance between groups is drawn as it may be in truth: less than it is taken for at least, or below 0 as of
        `VarianceComponent.draw`. What would move all groups alike is left out, as it is unknown of the level, and drawn
        there.

        Args:
            generator: Of the draws.
            count: How many.
            chance: As of `VarianceComponent.draw`.
            more_by_days: The variance of whole days in truth, less `chance` times what it was taken for, [count].
        """
        precisions = np.array(self.precisions)
        kept = self._kept(self._between)
        taken = np.divide(1, precisions, out=np.zeros_like(kept), where=precisions > 0)
        of_found = np.reshape(chance, (-1, 1)) * taken + np.reshape(more_by_days, (-1, 1)) * np.array(self.day_shares)
        between = self.between.draw(generator, count)[:, np.newaxis]
        variances = np.maximum(kept**2 * of_found + (1 - kept) ** 2 * between, 0) * (precisions > 0)
        drawn = np.sqrt(variances) * generator.standard_normal(variances.shape)
        if precisions.any():
            drawn -= (drawn @ precisions / precisions.sum())[:, np.newaxis] * (precisions > 0)
        return self.values + drawn

    @classmethod
    def of_state(cls, state: Mapping[str, Any]) -> Self:
        """From what `dataclasses.asdict` gave, or JSON made of it."""
        lists = {name: tuple(values) for name, values in state.items() if name != "between"}
        return cls(**lists, between=VarianceComponent.of_state(state["between"]))


@dataclass(frozen=True)
class QuietPattern:
    """Shares of negatives in a quiet period. All effects add up in logits.

    Attributes:
        zone: Time zone of hours and weekdays.
        seconds: Length of a bucket.
        level: Logit of the share.
        level_variance: Of its estimate, from counts alone.
        days: How many equally large days were seen.
        hours: By hour of the day, [24]; 0 where a bucket is a day.
        weekdays: From Monday on, [7]; 0 where fewer than 14 days were seen.
        dispersion: ρ of the beta-binomial distribution of a bucket: the variance of k of n texts is
            n p (1 - p) (1 + (n - 1) ρ).
        day_to_day: Variance of whole days, in logits.
        texts: Seen in all.
        negatives: Of them.
    """

    zone: str
    seconds: int
    level: float
    level_variance: float
    days: float
    hours: Effects
    weekdays: Effects
    dispersion: VarianceComponent
    day_to_day: VarianceComponent
    texts: int
    negatives: int

    def shares(self, starts: np.ndarray, offsets: np.ndarray | float = 0.0) -> np.ndarray:
        """Expected shares of negatives in buckets that begin at Unix seconds [T], float64 [T]."""
        return expit(self.logits(calendar(starts, self.zone)) + offsets)

    def logits(self, when: Calendar) -> np.ndarray:
        """Of the expected shares, float64 [T]."""
        return self.level + self.hours.values[when.hours] + self.weekdays.values[when.weekdays]

    @classmethod
    def of_state(cls, state: Mapping[str, Any]) -> Self:
        """From what `dataclasses.asdict` gave, or JSON made of it."""
        effects = {name: Effects.of_state(state[name]) for name in ("hours", "weekdays")}
        spread = {name: VarianceComponent.of_state(state[name]) for name in ("dispersion", "day_to_day")}
        return cls(**{**state, **effects, **spread})
