"""What is measured of rankings: where the liked item stands among all that its user had not liked before.

The items that are ranked are those that have an event up to the end of the split. Intervals are by user: users are
drawn anew with all their events.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from bert_tf.evaluation.intervals import bootstrap_intervals
from bert_tf.evaluation.item_ranking import TOP
from bert_tf.evaluation.row_statistics import RowStatistics
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.rank.measures import AUC, COVERAGE, FOLLOWED, HIT_RATE_AT_10, NDCG_AT_10, OTHERS
from bert_tf.tasks.rank.target import users_of

# By the beginning of their outputs' names: what else ranks the items, and what people call it.
BASELINES: Mapping[str, str] = {
    "popularity": "popularity",
    "cooccurrence": "item-to-item co-occurrence",
    "ids": "the same towers with ids",
}
_SHARES = {measure.key for measure in FOLLOWED}


class RankMetrics:
    """See `Metrics`. The outputs are those of `item_outputs` and `ItemBaselines`."""

    measures = (*FOLLOWED, *OTHERS)

    def after_epoch(self, answers: Answers) -> dict[str, float]:
        """`ndcg_at_10`, `hit_rate_at_10` and `auc`."""
        figures = self.figures(answers)
        return {measure.key: figures[measure.key] for measure in FOLLOWED}

    def figures(self, answers: Answers) -> dict[str, float]:
        """`ndcg_at_10`, `hit_rate_at_10`, `auc` and `coverage`."""
        return _figures(answers)

    def tables(self, answers: Answers) -> dict[str, Any]:
        """`intervals` of all measures but `coverage`; `rankings`, what else ranks the items, with its figures and how
        far it is behind; `new_items`, the same of items without a training event; and counts: `users`, `items`,
        `without_history`, `cut_histories`."""
        units = unit_of(answers)
        histories = answers.outputs["liked_before"]
        return {
            **_compared(answers, units),
            "new_items": _of_new_items(answers, units),
            "users": len(np.unique(units)),
            "items": int(answers.outputs["items"].max(initial=0)),
            "without_history": int((histories == 0).sum()),
            "cut_histories": int((histories > answers.facts["history"]).sum()),
        }

    def statistics(self, answers: Answers) -> RowStatistics:
        """Of each row: 1, its gain, whether it is a hit, and the share of other items that it stands before."""
        return _statistics(answers.outputs["rank"], answers.outputs["among"])

    def score(self, sums: np.ndarray) -> dict[str, np.ndarray]:
        """The followed measures: each is a mean over rows."""
        rows, *totals = np.moveaxis(np.asarray(sums, np.float64), -1, 0)
        keys = (NDCG_AT_10, HIT_RATE_AT_10, AUC)
        with np.errstate(invalid="ignore"):
            return {measure.key: total / rows for measure, total in zip(keys, totals, strict=True)}


def unit_of(answers: Answers) -> np.ndarray:
    """Which user each row is of, int64 [N]."""
    return np.unique(np.array(users_of(answers.expected), str), return_inverse=True)[1]


def _of_new_items(answers: Answers, units: np.ndarray) -> dict[str, Any]:
    """Of the rows whose item is new: `examples`, their `users`, figures and rankings; without such rows, no figures."""
    new = np.asarray(answers.outputs["is_new"], bool)
    found = {"examples": int(new.sum()), "users": len(np.unique(units[new]))}
    if not new.any():
        return found
    part = answers.of(new)
    return {**found, **_figures(part), **_compared(part, units[new])}


def _compared(answers: Answers, units: np.ndarray) -> dict[str, Any]:
    """`intervals` and `rankings`."""
    if not len(answers):
        return {"intervals": {}, "rankings": []}
    own = RankMetrics()
    intervals = bootstrap_intervals(own.statistics(answers).of_units(units), own.score, shares=_SHARES)
    return {
        "intervals": {key: list(interval) for key, interval in intervals.items()},
        "rankings": [
            {"name": name, **_figures(answers, of=f"{key}_"), **_ahead(answers, units, of=f"{key}_")}
            for key, name in BASELINES.items()
        ],
    }


def _ahead(answers: Answers, units: np.ndarray, *, of: str) -> dict[str, float]:
    """nDCG@10 of the model less that of another ranking, `ahead`, and its interval, `low` and `high`."""
    gains = [gain(answers.outputs[f"{name}rank"]) for name in ("", of)]
    table = np.stack([np.ones(len(answers)), gains[0] - gains[1]], 1)
    statistics = RowStatistics(table, np.arange(len(table))).of_units(units)
    interval = bootstrap_intervals(statistics, lambda sums: {"": sums[..., 1] / sums[..., 0]}, shares=())[""]
    return {"ahead": float(table[:, 1].mean()), "low": interval.low, "high": interval.high}


def _figures(answers: Answers, *, of: str = "") -> dict[str, float]:
    """All measures; `of` as the names of a baseline's outputs begin."""
    rank, top = answers.outputs[f"{of}rank"], np.asarray(answers.outputs[f"{of}top"])
    found = RankMetrics().score(_statistics(rank, answers.outputs["among"]).sums())
    items = int(answers.outputs["items"].max(initial=0))
    recommended = len(np.unique(top[top >= 0]))
    return {
        **{measure.key: float(found[measure.key]) for measure in FOLLOWED},
        COVERAGE.key: recommended / items if items else 0.0,
    }


def _statistics(ranks: np.ndarray, among: np.ndarray) -> RowStatistics:
    # Where there is nothing to tell an item from, it is neither before nor behind.
    others = np.maximum(among.astype(np.float64) - 1, 1)
    auc = np.where(among > 1, (among - ranks) / others, 0.5)
    table = np.stack([np.ones(len(ranks)), gain(ranks), ranks <= TOP, auc], axis=1)
    return RowStatistics(table.astype(np.float64), np.arange(len(table)))


def gain(ranks: np.ndarray) -> np.ndarray:
    """nDCG@10 of each row: one item is right, so the best gain there could be is 1 (Järvelin & Kekäläinen, 2002)."""
    return np.where(ranks <= TOP, 1 / np.log2(1 + np.asarray(ranks, np.float64)), 0)
