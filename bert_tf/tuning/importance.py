"""How much each parameter of a search mattered for the score."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.plurals import counted

_LEAST = 8  # trials
_TREES, _SHUFFLES = 300, 30
_NOT_SET = -1.0


@dataclasses.dataclass(frozen=True)
class Importance:
    """What the trials say of the parameters.

    Attributes:
        shares: Of each parameter, with its spread over shuffles; they add up to 1. Empty where nothing can be said.
        sentence: How far that can be trusted.
    """

    shares: dict[str, tuple[float, float]]
    sentence: str


def importance(values: Sequence[Mapping[str, Any]], scores: Sequence[float]) -> Importance:
    """Permutation importance (Breiman 2001) of a random forest from values to scores, by scikit-learn.

    Args:
        values: Of each trial, by parameter; one that a trial lacks didn't count in it.
        scores: Of each trial.
    """
    names = sorted({name for each in values for name in each})
    columns = {name: _numbers([each.get(name) for each in values]) for name in names}
    varied = {name: column for name, column in columns.items() if len(set(column)) > 1}
    least = max(_LEAST, 3 * len(varied))
    if len(scores) < least:
        finished = f"{counted(len(scores), 'trial')} {'has' if len(scores) == 1 else 'have'} finished"
        return Importance({}, f"{finished}, too few to estimate importance (at least {least}).")
    if not varied or len(set(scores)) == 1:
        return Importance({}, "All trials have the same score or the same values, so no parameter mattered.")
    return _by_forest(varied, np.array(scores))


def _by_forest(columns: Mapping[str, Sequence[float]], scores: np.ndarray) -> Importance:
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.inspection import permutation_importance

    rows = np.array(list(columns.values())).T
    forest = RandomForestRegressor(_TREES, min_samples_leaf=2, oob_score=True, random_state=0).fit(rows, scores)
    if not forest.oob_score_ > 0:
        return Importance(
            {},
            "A random forest can't predict the scores of held-out trials from their values, so importance can't be "
            "distinguished from chance.",
        )
    found = permutation_importance(forest, rows, scores, n_repeats=_SHUFFLES, random_state=0)
    means = np.maximum(found.importances_mean, 0)
    total = float(means.sum()) or 1.0
    shares = {
        name: (float(mean) / total, float(spread) / total)
        for name, mean, spread in zip(columns, means, found.importances_std, strict=True)
    }
    return Importance(
        dict(sorted(shares.items(), key=lambda share: -share[1][0])),
        f"A random forest explains {forest.oob_score_:.0%} of the variance of held-out trials' scores. Each bar is "
        "the share of it that is lost when the parameter's values are shuffled.",
    )


def _numbers(values: Sequence[Any]) -> list[float]:
    """Numbers as they are, anything else by its place among the sorted values; what is not set below all."""
    given = [value for value in values if value is not None]
    if all(isinstance(value, int | float) for value in given):
        lowest = min(map(float, given), default=0.0) + _NOT_SET
        return [lowest if value is None else float(value) for value in values]
    texts = sorted({json.dumps(value, sort_keys=True) for value in given})
    return [_NOT_SET if value is None else float(texts.index(json.dumps(value, sort_keys=True))) for value in values]
