"""What is measured of several heads: what each one's task measures, on the rows that have a label of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.evaluation.row_statistics import RowStatistics
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.measures import Measure
from bert_tf.tasks.multitask.head_rows import HeadRows, head_rows
from bert_tf.tasks.multitask.heads import Head, names_of, with_name


class MultitaskMetrics:
    """See `Metrics`. Expected are rows of `StoredLabels`; measures and outputs have the name of a head in front.

    Args:
        heads: In the order of the recipe.
    """

    def __init__(self, heads: Sequence[Head]) -> None:
        self._heads = tuple(heads)
        self._metrics = {head.name: head.task.metrics() for head in heads}

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Those of all heads; by the first of the first one runs are judged."""
        followed = [measure for head in self._heads for measure in head.followed]
        return (*followed, *(measure for head in self._heads for measure in head.others))

    def chosen(self, answers: Answers) -> dict[str, Any]:
        """What each head chooses on the validation rows that have a label of it."""
        found: dict[str, Any] = {}
        for head, own in self._rows(answers):
            found |= with_name(head.name, head.task.choose_on_validation(own.answers))
        return found

    def after_epoch(self, answers: Answers) -> dict[str, float]:
        """Those of each head that has rows."""
        return self._together(answers, lambda head, own: self._metrics[head.name].after_epoch(own))

    def figures(self, answers: Answers) -> dict[str, float]:
        """Those of each head that has rows."""
        return self._together(answers, lambda head, own: self._metrics[head.name].figures(own))

    def tables(self, answers: Answers) -> dict[str, Any]:
        """By head: how many `examples` have a label of it, and what its task has."""
        return {
            head.name: {"examples": len(own.answers), **self._metrics[head.name].tables(own.answers)}
            for head, own in self._rows(answers)
            if len(own.answers)
        }

    def statistics(self, answers: Answers) -> RowStatistics:
        """Of each row: 1 and, for each head, how many columns it has behind them, by which `score` parts sums; then
        whether the row has a label of it, and the statistics of its task, 0 for a row without."""
        blocks, lines = [], []
        things: dict[str, int] = {}
        for head, own in self._rows(answers):
            block, line_of, known = self._block(head, own)
            blocks.append(block)
            lines.append(line_of)
            things |= known
        different, line_of = np.unique(np.stack(lines, 1), axis=0, return_inverse=True)
        widths = np.array([1.0, *(block.shape[1] for block in blocks)])
        table = [np.tile(widths, (len(different), 1))]
        table += [block[different[:, place]] for place, block in enumerate(blocks)]
        return RowStatistics(np.concatenate(table, 1), line_of.reshape(-1), things)

    def score(self, sums: np.ndarray) -> dict[str, np.ndarray]:
        """Those of each head; NaN for sums over rows that have no label of it."""
        sums = np.asarray(sums, np.float64)
        heads = len(self._heads)
        first = sums.reshape(-1, sums.shape[-1])[0]
        widths = np.rint(first[1 : 1 + heads] / first[0]).astype(np.int64)
        found: dict[str, np.ndarray] = {}
        start = 1 + heads
        for head, width in zip(self._heads, widths, strict=True):
            block = sums[..., start : start + width]
            start += int(width)
            with np.errstate(divide="ignore", invalid="ignore"):
                scores = self._metrics[head.name].score(block[..., 1:])
            found |= {
                f"{head.name}.{key}": np.where(block[..., 0] > 0, values, np.nan) for key, values in scores.items()
            }
        return found

    def _rows(self, answers: Answers) -> Iterator[tuple[Head, HeadRows]]:
        names = names_of(self._heads)
        return ((head, head_rows(head.name, names, answers)) for head in self._heads)

    def _together(self, answers: Answers, figures: Callable[[Head, Answers], Mapping[str, float]]) -> dict[str, float]:
        found: dict[str, float] = {}
        for head, own in self._rows(answers):
            if len(own.answers):
                found |= with_name(head.name, figures(head, own.answers))
        # Followed measures first, as for any other task.
        order = {measure.key: place for place, measure in enumerate(self.measures)}
        return dict(sorted(found.items(), key=lambda pair: order.get(pair[0], -1)))

    def _block(self, head: Head, own: HeadRows) -> tuple[np.ndarray, np.ndarray, dict[str, int]]:
        """The lines of a head, the first of them of rows without its label; the line of each row; and `things`."""
        line_of = np.zeros(len(own.has_label), np.int64)
        if not len(own.answers):
            return np.zeros((1, 1)), line_of, {}
        statistics = self._metrics[head.name].statistics(own.answers)
        line_of[own.has_label] = 1 + statistics.line_of
        lines = np.concatenate([np.ones((len(statistics.table), 1)), statistics.table], 1)
        block = np.concatenate([np.zeros((1, lines.shape[1])), lines])
        things = {measure.key: len(own.answers) for measure in head.task.measures} | dict(statistics.things)
        return block, line_of, with_name(head.name, things)
