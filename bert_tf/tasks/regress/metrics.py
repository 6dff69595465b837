"""What is measured of numbers."""

from typing import Any

import numpy as np
from scipy.stats import rankdata

from bert_tf.evaluation.intervals import bootstrap_intervals
from bert_tf.evaluation.row_statistics import RowStatistics
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.regress.baseline import baseline
from bert_tf.tasks.regress.label_ranges import errors_by_range
from bert_tf.tasks.regress.measures import FOLLOWED, MAE, OTHERS, PEARSON, R_SQUARED, RMSE, SPEARMAN

_ROUNDING = 1e-12  # of a sum of squares: a variance below it is none


class RegressMetrics:
    """See `Metrics`. Expected are numbers, float [N], the output is `value`, float [N].

    All scores are functions of sums. For Spearman's correlation these are of ranks among all rows, which stay as they
    are while rows are drawn anew; ranking each draw again would change intervals by less than the drawing does.
    """

    measures = (*FOLLOWED, *OTHERS)

    def after_epoch(self, answers: Answers) -> dict[str, float]:
        """`mae`, `rmse` and `spearman`."""
        figures = self.figures(answers)
        return {measure.key: figures[measure.key] for measure in FOLLOWED}

    def figures(self, answers: Answers) -> dict[str, float]:
        """`mae`, `rmse`, `spearman`, `r2` and `pearson`."""
        found = self.score(self.statistics(answers).sums())
        return {measure.key: float(found[measure.key]) for measure in self.measures}

    def tables(self, answers: Answers) -> dict[str, Any]:
        """`intervals` of all measures; `baseline`, what always answering the mean of the training labels reaches; and
        `by_label_range`, groups of labels of like size."""
        if not len(answers):
            return {"intervals": {}, "baseline": baseline(answers), "by_label_range": []}
        # The model card, which sees no answers, shows them.
        intervals = bootstrap_intervals(self.statistics(answers), self.score, shares=())
        return {
            "intervals": {key: list(interval) for key, interval in intervals.items()},
            "baseline": baseline(answers),
            "by_label_range": errors_by_range(*numbers_of(answers)),
        }

    def statistics(self, answers: Answers) -> RowStatistics:
        """Of each row: 1, size and square of the error; then of numbers and of ranks what a correlation needs."""
        expected, values = numbers_of(answers)
        errors = values - expected
        columns = [
            np.ones(len(errors)),
            np.abs(errors),
            errors**2,
            *_products(_centred(expected), _centred(values)),
            *_products(_centred(rankdata(expected)), _centred(rankdata(values))),
        ]
        return RowStatistics(np.stack(columns, axis=1), np.arange(len(errors)))

    def score(self, sums: np.ndarray) -> dict[str, np.ndarray]:
        """All measures."""
        rows, sizes, squares, *products = np.moveaxis(np.asarray(sums, np.float64), -1, 0)
        numbers, ranks = products[:5], products[5:]
        return {
            MAE.key: sizes / rows,
            RMSE.key: np.sqrt(squares / rows),
            SPEARMAN.key: _correlation(rows, *ranks),
            R_SQUARED.key: _explained_share(rows, squares, numbers[0], numbers[2]),
            PEARSON.key: _correlation(rows, *numbers),
        }


def numbers_of(answers: Answers) -> tuple[np.ndarray, np.ndarray]:
    """What is right and what was answered, float64 [N] each."""
    return answers.expected.astype(np.float64), answers.outputs["value"].astype(np.float64)


def _centred(numbers: np.ndarray) -> np.ndarray:
    """Less their mean; of equal numbers exactly 0, and of nothing nothing."""
    if not len(numbers) or np.ptp(numbers) == 0:
        return np.zeros(len(numbers))
    return numbers - numbers.mean()


def _products(first: np.ndarray, second: np.ndarray) -> list[np.ndarray]:
    return [first, second, first**2, second**2, first * second]


def _variation(rows: np.ndarray, total: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Sum of squared differences to the mean; 0 for what is rounding only."""
    around = squares - total**2 / rows
    return np.where(around > _ROUNDING * squares, around, 0.0)


def _correlation(
    rows: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    first_squares: np.ndarray,
    second_squares: np.ndarray,
    both: np.ndarray,
) -> np.ndarray:
    """Pearson's, from sums; 0 where one side is all equal and tells nothing of the other."""
    scale = np.sqrt(_variation(rows, first, first_squares) * _variation(rows, second, second_squares))
    together = both - first * second / rows
    return np.clip(np.divide(together, scale, out=np.zeros_like(scale), where=scale > 0), -1, 1)


def _explained_share(rows: np.ndarray, errors: np.ndarray, total: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """1 - squared errors / variation of what is right; of equal numbers 1 where all are met, else 0."""
    around = _variation(rows, total, squares)
    share = 1 - np.divide(errors, around, out=np.ones_like(around), where=around > 0)
    return np.where((around == 0) & (errors == 0), 1.0, share)
