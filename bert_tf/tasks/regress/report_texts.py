"""The texts that a report of numbers shows, and the rows that it lists for taking away."""

import numpy as np
from markupsafe import Markup

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.report.contents import Contents
from bert_tf.report.measured import Measured
from bert_tf.report.page import render_part
from bert_tf.report.rows_to_take import RowsToTake, rows_with_texts
from bert_tf.report.sections import ExampleGroup
from bert_tf.report.shown_examples import ShownAnswer, make_examples
from bert_tf.scores import number_text, signed_text
from bert_tf.tasks.regress.metrics import numbers_of

_PACKAGE = "bert_tf.tasks.regress"
_EXAMPLES = 10  # of each kind


def rows_to_read(answers: Answers) -> tuple[np.ndarray, np.ndarray]:
    """Rows with the largest errors, and of the others those with the smallest, int64 [≤ 10] each."""
    order = _worst_first(answers)
    worst = order[: min(_EXAMPLES, (len(order) + 1) // 2)]
    return worst, order[len(worst) :][::-1][:_EXAMPLES]


def texts(contents: Contents, found: Measured) -> list[ExampleGroup]:
    """The largest errors, with a table of all rows, and the smallest ones."""
    worst, best = (
        make_examples(found.rows, {int(row): _shown(found, int(row)) for row in rows}, contents.explanations)
        for rows in rows_to_read(found.rows.answers)
    )
    below: Markup = render_part(_PACKAGE, "worst_rows.html.j2", all_rows=all_rows(found))
    none = f"None: there are too few {found.split} texts."
    return [
        ExampleGroup("Largest errors", worst, none=none, below=below),
        ExampleGroup("Smallest errors", best, none=none),
    ]


def all_rows(found: Measured) -> RowsToTake:
    """Every row, the largest error first."""
    expected, values = numbers_of(found.rows.answers)
    answers = {
        int(row): (float(expected[row]), float(values[row]), float(values[row] - expected[row]))
        for row in _worst_first(found.rows.answers)
    }
    return rows_with_texts(
        found.rows,
        answers,
        name="errors.csv",
        columns=("label", "predicted", "error"),
        split=found.split,
        left_out="only the {} rows with the largest errors of {} are here",
        decimals=None,
    )


def _worst_first(answers: Answers) -> np.ndarray:
    expected, values = numbers_of(answers)
    return np.argsort(-np.abs(values - expected), kind="stable")


def _shown(found: Measured, row: int) -> ShownAnswer:
    expected, values = numbers_of(found.rows.answers)
    deviation = found.rows.answers.facts["std"]
    return ShownAnswer(
        predicted=number_text(values[row], deviation),
        figure=f"({signed_text(values[row] - expected[row], deviation)})",
        wrong=f"expected {number_text(expected[row], deviation)}",
        favouring="For a larger number",
        opposing="For a smaller one",
    )
