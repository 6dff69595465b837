"""What is measured of vectors: where the right text stands when all texts of the split are ranked by their cosine.

The texts that are ranked are the different right texts of the split's own rows. A row has one right text; others that
are right for the same text are left out of its ranking, and texts that are just as near stand before the right one.
Where texts belong together that have one label, all other texts of the split are ranked, and the right one is the
nearest of the same label: a row that is alone with its label counts as one that is found last.
"""

from typing import Any

import numpy as np

from bert_tf.evaluation.intervals import bootstrap_intervals
from bert_tf.evaluation.row_statistics import RowStatistics
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.embed.measures import FOLLOWED, MRR, NDCG_AT_10, OTHERS, RECALL_AT_1, RECALL_AT_5, RECALL_AT_10
from bert_tf.tasks.embed.stored_texts import BY_LABEL, first_texts

_AT = {RECALL_AT_1: 1, RECALL_AT_5: 5, RECALL_AT_10: 10}


class EmbedMetrics:
    """See `Metrics`. The outputs are those of `ranked_texts`: `rank`, `among`, `score` and others."""

    measures = (*FOLLOWED, *OTHERS)

    def after_epoch(self, answers: Answers) -> dict[str, float]:
        """`recall_at_1`, `recall_at_10` and `mrr`."""
        figures = self.figures(answers)
        return {measure.key: figures[measure.key] for measure in FOLLOWED}

    def figures(self, answers: Answers) -> dict[str, float]:
        """`recall_at_1`, `recall_at_10`, `mrr`, `recall_at_5` and `ndcg_at_10`."""
        return self._figures(answers.outputs["rank"])

    def tables(self, answers: Answers) -> dict[str, Any]:
        """`intervals` of all measures; `baseline`, what a random order would reach, of how many texts; and
        `by_dimensions`, the followed measures of vectors that are cut to their first dimensions."""
        if not len(answers):
            return {"intervals": {}, "baseline": baseline(answers), "by_dimensions": []}
        # The model card, which sees no answers, shows them.
        shares = {measure.key for measure in self.measures if measure.unit == "share"}
        intervals = bootstrap_intervals(self.statistics(answers), self.score, shares=shares)
        return {
            "intervals": {key: list(interval) for key, interval in intervals.items()},
            "baseline": baseline(answers),
            "by_dimensions": [
                {"dimensions": int(size), **self._figures(ranks)}
                for size, ranks in zip(answers.facts["dimensions"], answers.outputs["ranks"].T, strict=True)
            ],
        }

    def statistics(self, answers: Answers) -> RowStatistics:
        """Of each rank: 1, whether it is among the first 1, 5 and 10, its reciprocal, and its gain."""
        return _statistics(answers.outputs["rank"])

    def score(self, sums: np.ndarray) -> dict[str, np.ndarray]:
        """All measures: each is a mean over rows."""
        rows, *totals = np.moveaxis(np.asarray(sums, np.float64), -1, 0)
        keys = (RECALL_AT_1, RECALL_AT_5, RECALL_AT_10, MRR, NDCG_AT_10)
        return {measure.key: total / rows for measure, total in zip(keys, totals, strict=True)}

    def _figures(self, ranks: np.ndarray) -> dict[str, float]:
        found = self.score(_statistics(ranks).sums())
        return {measure.key: float(found[measure.key]) for measure in self.measures}


def baseline(answers: Answers) -> dict[str, float]:
    """What ranking at random would reach, `recall_at_1`, and `texts`, how many there are to rank; 0 for no rows."""
    among = answers.outputs["among"]
    if not len(among):
        return {"recall_at_1": 0.0, "texts": 0}
    if answers.facts.get(BY_LABEL):
        # Each text is ranked among all others, of which those of its own label are right.
        _, of_row, counts = np.unique(np.array(first_texts(answers.expected)), return_inverse=True, return_counts=True)
        return {"recall_at_1": float((counts[of_row] - 1).mean() / max(len(among) - 1, 1)), "texts": len(among)}
    return {"recall_at_1": float((1 / among).mean()), "texts": int(among.max())}


def _statistics(ranks: np.ndarray) -> RowStatistics:
    found, line_of = np.unique(ranks, return_inverse=True)
    columns = [
        np.ones(len(found)),
        *(found <= most for most in _AT.values()),
        1 / found,
        # One right text: the best gain there could be is 1 (Järvelin & Kekäläinen, 2002).
        np.where(found <= 10, 1 / np.log2(1 + found), 0),
    ]
    return RowStatistics(np.stack(columns, axis=1).astype(np.float64), line_of)
