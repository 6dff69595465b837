"""What is said of two models with the same heads, on the same rows."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.report.compared_runs import Answer, Breakdown, Line
from bert_tf.report.paired_words import PairedWords
from bert_tf.tasks.multitask.head_rows import HeadRows, head_rows
from bert_tf.tasks.multitask.heads import Head, figures_of, measure_of_head, names_of


class MultitaskComparison:
    """See `TaskComparison`: what the first head's task says of its rows, and the parts of all heads.

    Args:
        heads: In the order of the recipe.
    """

    def __init__(self, heads: Sequence[Head]) -> None:
        self._heads = tuple(heads)
        self._first = heads[0].task.comparison()

    @property
    def words(self) -> PairedWords:
        """Those of the first head's task."""
        words = self._first.words
        return dataclasses.replace(words, measure=measure_of_head(self._heads[0].name, words.measure))

    def apart(self, first: Answers, second: Answers) -> tuple[np.ndarray, np.ndarray]:
        """By the first head."""
        both = [self._rows(answers) for answers in (first, second)]
        better, worse = self._first.apart(*(each.answers for each in both))
        return both[0].rows[better], both[0].rows[worse]

    def expected(self, answers: Answers, row: int) -> str:
        """What is right for the first head."""
        own = self._rows(answers)
        return self._first.expected(own.answers, own.place_of(row))

    def answer(self, answers: Answers, row: int, *, is_better: bool) -> Answer:
        """What the first head answered."""
        own = self._rows(answers)
        return self._first.answer(own.answers, own.place_of(row), is_better=is_better)

    def breakdown(self, figures: Sequence[Mapping[str, Any]]) -> Breakdown | None:
        """The parts of all heads, by their names."""
        scores, lines = [], []
        for head in self._heads:
            found = head.task.comparison().breakdown([figures_of(head.name, each) for each in figures])
            if found is not None and found.lines:
                scores.append(found.score)
                lines += [Line(f"{head.name}: {line.name}", line.values) for line in found.lines]
        return Breakdown("label", " or ".join(dict.fromkeys(scores)), tuple(lines)) if lines else None

    def _rows(self, answers: Answers) -> HeadRows:
        return head_rows(self._heads[0].name, names_of(self._heads), answers)
