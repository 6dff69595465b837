"""Which trials are ended early: those that are behind three quarters of the others after the same number of epochs."""

import statistics
from collections.abc import Mapping, Sequence

from bert_tf.recipe.tuning import Direction
from bert_tf.scores import score_text
from bert_tf.tuning.objective import Objective

LEAST_TRIALS = 5  # that have finished before another one is pruned


def quartile_curve(curves: Sequence[Sequence[float]], *, direction: Direction) -> list[float]:
    """What three quarters of the trials have reached by each epoch: a quartile of their best values so far.

    Args:
        curves: The objective after each epoch, of each finished trial.
        direction: Whether less or more of it is better.

    Returns:
        One value for each epoch that at least `LEAST_TRIALS` trials have seen, from the first on.
    """
    best = [_best_so_far(values, direction) for values in curves]
    lengths = sorted(map(len, best), reverse=True)
    epochs = lengths[LEAST_TRIALS - 1] if len(lengths) >= LEAST_TRIALS else 0
    worst = 0 if direction == "max" else -1
    seen = ([values[epoch] for values in best if len(values) > epoch] for epoch in range(epochs))
    return [statistics.quantiles(values, n=4, method="inclusive")[worst] for values in seen]


class QuartileRule:
    """Ends a trial whose best value so far is worse than that of three quarters of the others.

    The median rule (Golovin et al., "Google Vizier", 2017, section 3.2.2) ends half of all trials, many of them for
    less than the noise of a small validation set. This is Optuna's `PercentilePruner(75)`, with its best values so far.

    Args:
        quartiles: As of `quartile_curve`; epochs beyond it are never the last for its sake.
        objective: What counts.
        before: The objective after each epoch of the run that this one goes on from.

    Attributes:
        reason: Why the trial was ended; None while it was not.
    """

    def __init__(self, quartiles: Sequence[float], *, objective: Objective, before: Sequence[float] = ()) -> None:
        self._quartiles, self._objective = quartiles, objective
        self._values = list(before)
        self.reason: str | None = None

    def __call__(self, epoch: int, metrics: Mapping[str, float]) -> bool:
        """Whether to end it now.

        Args:
            epoch: That is done, from 1.
            metrics: Of validation after it.
        """
        value, direction = self._objective.after_epoch(metrics), self._objective.direction
        if value is None or epoch > len(self._quartiles):
            return False
        self._values.append(value)
        best, quartile = _best_so_far(self._values, direction)[-1], self._quartiles[epoch - 1]
        if best < quartile if direction == "max" else best > quartile:
            found = f"{self._objective.place} is {score_text(best)} at best by epoch {epoch}"
            self.reason = f"behind: {found}; three quarters of the others reached {score_text(quartile)} or better"
        return self.reason is not None


def _best_so_far(values: Sequence[float], direction: Direction) -> list[float]:
    better = max if direction == "max" else min
    return [better(values[: index + 1]) for index in range(len(values))]
