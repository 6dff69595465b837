"""The texts that a report of sets of labels shows, and the rows that it lists for taking away."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.report.contents import Contents
from bert_tf.report.page import render_part
from bert_tf.report.rows_to_take import RowsToTake, rows_with_texts
from bert_tf.report.sections import ExampleGroup
from bert_tf.report.shown_examples import ShownAnswer, make_examples
from bert_tf.scores import score_text
from bert_tf.tasks.multilabel.answered_labels import (
    label_losses,
    listed,
    names_in,
    row_losses,
    selected_of,
)
from bert_tf.tasks.multilabel.measured_sets import MeasuredSets

_PACKAGE = "bert_tf.tasks.multilabel"
_EXAMPLES = 10  # of each kind


def rows_to_read(answers: Answers) -> tuple[np.ndarray, np.ndarray]:
    """Wrong rows and right ones, int64 [≤ 10] each, the largest log loss first."""
    is_right, order = (selected_of(answers) == answers.expected).all(1), np.argsort(-row_losses(answers), kind="stable")
    return order[~is_right[order]][:_EXAMPLES], order[is_right[order]][:_EXAMPLES]


def label_to_explain(answers: Answers, row: int) -> int:
    """The label with the largest log loss: what is missed, or is too much, or is least sure."""
    return int(label_losses(answers)[row].argmax())


def texts(contents: Contents, own: MeasuredSets) -> list[ExampleGroup]:
    """The worst mistakes, with all of them to take away, and the least sure of the right answers."""
    rows, split = own.found.rows, own.found.split
    mistakes, hits = (
        make_examples(rows, {int(row): _shown(own, int(row)) for row in chosen}, contents.explanations)
        for chosen in rows_to_read(rows.answers)
    )
    below = render_part(_PACKAGE, "mistakes.html.j2", all_mistakes=all_mistakes(own)) if mistakes else Markup()
    none_wrong = f"None: every {split} text gets exactly the expected labels."
    none_right = f"None: no {split} text gets exactly the expected labels."
    return [
        ExampleGroup("Worst mistakes", mistakes, none=none_wrong, below=below),
        ExampleGroup("Least certain correct predictions", hits, none=none_right),
    ]


def _shown(own: MeasuredSets, row: int) -> ShownAnswer:
    names, selected, expected = own.label_names, own.selected[row], own.expected[row]
    label = label_to_explain(own.found.rows.answers, row)
    wrong = [
        *(f"“{name}” is missing" for name in names_in(expected & ~selected, names)),
        *(f"“{name}” is too much" for name in names_in(selected & ~expected, names)),
    ]
    return ShownAnswer(
        predicted=listed(names_in(selected, names)),
        figure=f"“{names[label]}” {score_text(own.probabilities[row, label])}",
        wrong="; ".join(wrong),
        favouring=f"For “{names[label]}”",
        opposing="Against it",
    )


def all_mistakes(own: MeasuredSets) -> RowsToTake:
    """Every row with missing or extra labels, largest log loss first."""
    names = own.label_names
    answers: dict[int, Sequence[str | float]] = {
        int(row): (
            listed(names_in(own.expected[row], names)),
            listed(names_in(own.selected[row], names)),
            float(own.losses[row]),
        )
        for row in own.wrong
    }
    return rows_with_texts(
        own.found.rows,
        answers,
        name="mistakes.csv",
        columns=("labels", "selected", "log loss"),
        split=own.found.split,
        left_out="only the {} worst of {} mistakes are here",
    )
