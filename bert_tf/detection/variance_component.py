"""How much more some numbers vary than chance alone would have them, and how well that is known."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from bert_tf.detection.even_draws import chi_square

_LEAST_SQUARE = 1e-12


@dataclass(frozen=True)
class VarianceComponent:
    """A variance by the method of moments, from Q ~ (1 + variance × scale) χ² with `freedom` degrees of freedom.

    Attributes:
        statistic: Q, a sum of squares over the variance that chance alone gives them.
        freedom: Degrees of freedom; 0 where nothing can be known.
        scale: What a unit of the variance adds to the mean square.
        largest: The largest variance that is taken for possible.
    """

    statistic: float
    freedom: float
    scale: float
    largest: float

    @property
    def value(self) -> float:
        """The estimate, 0 where numbers vary less than by chance (DerSimonian & Laird 1986; Williams 1982)."""
        if self.freedom <= 0 or self.scale <= 0:
            return 0.0
        return float(np.clip((self.statistic / self.freedom - 1) / self.scale, 0, self.largest))

    def draw(self, generator: np.random.Generator, count: int, *, chance: np.ndarray | float = 1.0) -> np.ndarray:
        """Variances that fit what was seen, float64 [count]: Q is divided by draws of χ² (Fisher 1935).

        Draws go below 0, to -chance / scale, where numbers vary less than by chance. Draws that end at 0 would be too
        large on the mean where chance is all there is.

        Args:
            generator: Of the draws.
            count: How many.
            chance: What chance alone gives in truth, over what was taken for it, float64 [count].
        """
        if self.freedom <= 0 or self.scale <= 0:
            return np.zeros(count)
        squares = np.maximum(chi_square(generator, self.freedom, count), _LEAST_SQUARE)
        return np.minimum((self.statistic / squares - chance) / self.scale, self.largest)

    @classmethod
    def between(cls, effects: np.ndarray, variances: np.ndarray, *, spent: float, largest: float) -> Self:
        """Of G effects that are known with given variances (DerSimonian & Laird 1986).

        Args:
            effects: float64 [G].
            variances: Of their estimates, float64 [G]; infinite for an effect of which nothing is known.
            spent: Degrees of freedom that the effects' means took.
            largest: See above.
        """
        weights = np.where(np.isfinite(variances), 1 / variances, 0.0)
        total, known = float(weights.sum()), int((weights > 0).sum())
        freedom = known - spent
        if freedom <= 0:
            return cls(0.0, 0.0, 0.0, largest)
        mean = float(weights @ effects) / total
        statistic = float(weights @ (effects - mean) ** 2)
        return cls(statistic, freedom, (total - float(weights @ weights) / total) / (known - 1), largest)

    @classmethod
    def of_state(cls, state: dict[str, Any]) -> Self:
        """From what `dataclasses.asdict` gave."""
        return cls(**state)
