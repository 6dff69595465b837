"""The texts that a report of entities shows, and the rows that it lists for taking away."""

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
from bert_tf.tasks.tag.answered_entities import listed, row_losses, tagged_rows
from bert_tf.tasks.tag.marked_text import marked_pieces
from bert_tf.tasks.tag.measured_entities import MeasuredEntities

_PACKAGE = "bert_tf.tasks.tag"
_EXAMPLES = 10  # of each kind
_MARKED = 30


def rows_to_read(answers: Answers) -> tuple[np.ndarray, np.ndarray]:
    """Wrong rows and right ones that have entities, int64 [≤ 10] each, the largest log loss first."""
    rows, order = tagged_rows(answers), np.argsort(-row_losses(answers), kind="stable")
    is_right, has_entities = rows.is_right[order], np.isin(order, rows.expected.rows)
    return order[~is_right][:_EXAMPLES], order[is_right & has_entities][:_EXAMPLES]


def type_to_explain(answers: Answers, row: int) -> int:
    """The type of the first entity of a row that is wrong, else of the first there is."""
    one = tagged_rows(answers.of(np.array([row])))
    missed, invented = one.expected.types[~one.found], one.predicted.types[~one.right]
    return int(next(iter([*missed, *invented, *one.expected.types]), 0))


def texts(contents: Contents, own: MeasuredEntities) -> list[ExampleGroup]:
    """The worst mistakes, with marked texts and all of them to take away, and the least sure of the right answers."""
    rows, split = own.found.rows, own.found.split
    mistakes, hits = (
        make_examples(rows, {int(row): _shown(own, int(row)) for row in chosen}, contents.explanations)
        for chosen in rows_to_read(rows.answers)
    )
    below = Markup()
    if mistakes:
        marked = [_marked(own, int(row)) for row in own.wrong[:_MARKED]]
        below = render_part(_PACKAGE, "mistakes.html.j2", marked=marked, all_mistakes=all_mistakes(own))
    none_wrong = f"None: in every {split} text, exactly its entities are found."
    none_right = f"None: in no {split} text with entities, exactly these are found."
    return [
        ExampleGroup("Worst mistakes", mistakes, none=none_wrong, below=below),
        ExampleGroup("Least certain correct predictions", hits, none=none_right),
    ]


def _shown(own: MeasuredEntities, row: int) -> ShownAnswer:
    text, rows = own.found.rows.text(row), own.rows
    expected, predicted = rows.expected_marks(row), rows.predicted_marks(row)
    kind = rows.types[type_to_explain(own.found.rows.answers, row)]
    is_wrong = [mark[:3] for mark in expected] != [mark[:3] for mark in predicted]
    return ShownAnswer(
        predicted=listed(predicted, text),
        figure=f"log loss {score_text(own.losses[row])}",
        wrong=f"expected {listed(expected, text)}" if is_wrong else "",
        favouring=f"For an entity of type “{kind}”",
        opposing="Against it",
    )


def _marked(own: MeasuredEntities, row: int) -> dict[str, object]:
    text, rows = own.found.rows.text(row), own.rows
    return {
        "place": own.found.rows.place(row),
        "expected": marked_pieces(text, rows.expected_marks(row)),
        "predicted": marked_pieces(text, rows.predicted_marks(row)),
    }


def all_mistakes(own: MeasuredEntities) -> RowsToTake:
    """Every row with an entity that is missed, invented, or of another type or place, largest log loss first."""
    answers: dict[int, Sequence[str | float]] = {}
    for row in map(int, own.wrong):
        text = own.found.rows.text(row)
        marks = (own.rows.expected_marks(row), own.rows.predicted_marks(row))
        answers[row] = (*(listed(each, text) for each in marks), float(own.losses[row]))
    return rows_with_texts(
        own.found.rows,
        answers,
        name="mistakes.csv",
        columns=("entities", "predicted", "log loss"),
        split=own.found.split,
        left_out="only the {} worst of {} mistakes are here",
    )
