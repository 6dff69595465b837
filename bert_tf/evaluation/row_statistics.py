"""What each row adds to the sums that scores are functions of.

Accuracy, F1, a mean error and a correlation all follow from a few sums over the rows. So whoever draws rows anew, or
leaves some out, needs no labels and no answers again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

_COUNTS_AT_ONCE = 1 << 22  # of resamples: 32 MiB

# From sums, float64 [..., S], to the scores that follow from them by measure, float64 [...].
Score = Callable[[np.ndarray], Mapping[str, np.ndarray]]


@dataclass(frozen=True, eq=False)
class RowStatistics:
    """Statistics of N rows. Rows that add the same share a line of the table.

    Attributes:
        table: float64 [K, S].
        line_of: The line of each row, int [N], N ≥ 1.
        things: How many things the scores of some measures are shares of, by measure, where these are not the rows.
    """

    table: np.ndarray
    line_of: np.ndarray
    things: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.line_of)

    @property
    def counts(self) -> np.ndarray:
        """Rows of each line, int64 [K]."""
        return np.bincount(self.line_of, minlength=len(self.table))

    def sums(self) -> np.ndarray:
        """Over all rows, float64 [S]."""
        return self.counts @ self.table

    def of_units(self, units: np.ndarray) -> "RowStatistics":
        """Those of units in place of rows: what the rows of each add together.

        Args:
            units: Equal for rows of one unit, int [N].
        """
        _, unit_of = np.unique(units, return_inverse=True)
        table = np.zeros((int(unit_of.max()) + 1, self.table.shape[1]))
        np.add.at(table, unit_of, self.table[self.line_of])
        return RowStatistics(table, np.arange(len(table)))

    def resampled_sums(self, *, resamples: int, seed: int) -> np.ndarray:
        """Sums over as many rows that are drawn with replacement, float64 [resamples, S].

        What is drawn are the counts of the lines, which is a multinomial draw: its cost is in lines and not in rows.
        """
        generator, shares = np.random.default_rng(seed), self.counts / len(self)
        at_once = max(1, _COUNTS_AT_ONCE // len(shares))
        sizes = [min(at_once, resamples - start) for start in range(0, resamples, at_once)]
        return np.concatenate([generator.multinomial(len(self), shares, size=size) @ self.table for size in sizes])

    def row_scores(self, score: Score) -> dict[str, np.ndarray]:
        """The scores of each row alone, float64 [N]; of a mean, what it is the mean of."""
        return {key: values[self.line_of] for key, values in score(self.table).items()}
