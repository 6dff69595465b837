"""What is said of two models that predict numbers, on the same rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.report.compared_runs import Answer, Breakdown, Line
from bert_tf.report.paired_words import PairedWords
from bert_tf.scores import number_text, range_text, signed_text
from bert_tf.tasks.regress.measures import MAE
from bert_tf.tasks.regress.metrics import numbers_of

WORDS = PairedWords(
    measure=MAE,
    test="exact sign test",
    won="nearer",
    only="",
    same_rows="as close to the label on every row as",
    same_ones="equally close to the label on every row",
    title="Closer in {} than in {}",
    apart="Rows on which one run is closer to the label than the other. The largest differences come first.",
    first="on which the runs differ most",
    order="largest difference first",
    expected="label",
    figure="error",
    answer=("number", "error"),
    decimals=None,
)


class RegressComparison:
    """See `TaskComparison`: rows on which one of them is nearer to the label."""

    words = WORDS

    def apart(self, first: Answers, second: Answers) -> tuple[np.ndarray, np.ndarray]:
        """Those first where their errors differ most."""
        sizes = [np.abs(values - expected) for expected, values in map(numbers_of, (first, second))]
        gains = sizes[1] - sizes[0]
        order = np.argsort(-np.abs(gains), kind="stable")
        return order[gains[order] > 0], order[gains[order] < 0]

    def expected(self, answers: Answers, row: int) -> str:
        """The label."""
        return number_text(answers.expected[row], answers.facts["std"])

    def answer(self, answers: Answers, row: int, *, is_better: bool) -> Answer:
        """The number, and how far it is off."""
        value, deviation = float(answers.outputs["value"][row]), answers.facts["std"]
        error = value - float(answers.expected[row])
        return Answer(number_text(value, deviation), error, signed_text(error, deviation), is_better)

    def breakdown(self, figures: Sequence[Mapping[str, Any]]) -> Breakdown:
        """The mean absolute error of labels of like size in each run; without lines where rows differ."""
        tables = [
            {(part["from"], part["to"]): part["mae"] for part in each.get("by_label_range", ())} for each in figures
        ]
        alike = len({frozenset(table) for table in tables if table}) == 1
        ranges = next(table for table in tables if table) if alike else {}
        deviation = next((each["baseline"]["std"] for each in figures if each.get("by_label_range")), 0.0)
        lines = tuple(Line(range_text(*each, deviation), tuple(table.get(each) for table in tables)) for each in ranges)
        return Breakdown("label", MAE.name, lines)
