"""The texts that a report of single labels shows, and the rows that it lists for taking away."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from bert_tf.evaluation.confidence import least_confident_hits, most_confident_mistakes
from bert_tf.evaluation.label_errors import likely_label_errors
from bert_tf.evaluation.predictions import Predictions
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.report.contents import Contents
from bert_tf.report.page import render_part
from bert_tf.report.rows_to_take import MOST_ROWS, RowsToTake, longest_text, rows_with_texts
from bert_tf.report.sections import ExampleGroup
from bert_tf.report.shown_examples import ShownAnswer, make_examples
from bert_tf.scores import score_text
from bert_tf.tasks.classify.measured_labels import MeasuredLabels, names_of, probabilities_of

_PACKAGE = "bert_tf.tasks.classify"
_EXAMPLES = 10  # of each kind
_DECIMALS = 4


def rows_to_read(answers: Answers) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the most confident mistakes and of the least confident hits, int64 [≤ 10] each."""
    labels, probabilities = answers.expected, probabilities_of(answers)
    return (
        most_confident_mistakes(labels, probabilities, most=_EXAMPLES),
        least_confident_hits(labels, probabilities, most=_EXAMPLES),
    )


def texts(contents: Contents, own: MeasuredLabels) -> list[ExampleGroup]:
    """The most confident mistakes, with a table of all of them, and the least confident right answers."""
    rows, split = own.found.rows, own.found.split
    mistakes, hits = (
        make_examples(rows, {int(row): _shown(own, int(row)) for row in chosen}, contents.explanations)
        for chosen in rows_to_read(rows.answers)
    )
    below = Markup()
    if mistakes:
        values = {"label_names": own.label_names, "all_mistakes": all_mistakes(own)}
        below = render_part(_PACKAGE, "mistakes.html.j2", **values)
    return [
        ExampleGroup(
            "Most confident mistakes",
            mistakes,
            none=f"None: every {split} text is predicted correctly.",
            below=below,
        ),
        ExampleGroup(
            "Least confident correct predictions", hits, none=f"None: no {split} text is predicted correctly."
        ),
    ]


def _shown(own: MeasuredLabels, row: int) -> ShownAnswer:
    names, probabilities = own.label_names, own.probabilities[row]
    predicted, expected = int(own.predicted[row]), int(own.labels[row])
    wrong = f"expected {names[expected]} ({score_text(probabilities[expected])})"
    return ShownAnswer(
        predicted=names[predicted],
        figure=score_text(probabilities[predicted]),
        wrong="" if predicted == expected else wrong,
        favouring=f"For “{names[predicted]}”",
        opposing="Against it",
    )


def all_mistakes(own: MeasuredLabels) -> RowsToTake:
    """Every wrong prediction, most confident first."""
    names = own.label_names
    wrong = most_confident_mistakes(own.labels, own.probabilities, most=len(own.labels))
    answers = {
        int(row): (
            names[own.labels[row]],
            names[own.predicted[row]],
            float(own.probabilities[row, own.predicted[row]]),
        )
        for row in wrong
    }
    return rows_with_texts(
        own.found.rows,
        answers,
        name="mistakes.csv",
        columns=("label", "predicted", "score"),
        split=own.found.split,
        left_out="only the {} most confident of {} mistakes are here",
    )


def doubtful_labels(errors: Iterable[Mapping[str, Any]]) -> RowsToTake:
    """Rows whose label is likely wrong, as the report lists them."""
    shown = list(errors)[:MOST_ROWS]
    longest = longest_text(len(shown))
    rows: Sequence[Sequence[Any]] = [
        [
            *(row[name] for name in ("place", "split", "label", "predicted")),
            round(row["confidence"], _DECIMALS),
            row["text"][:longest],
        ]
        for row in shown
    ]
    return RowsToTake("doubtful-labels.csv", ["place", "split", "label", "predicted", "score", "text"], rows)


def label_errors(splits: Mapping[str, Predictions]) -> list[dict[str, Any]]:
    """Rows of all splits whose label is likely wrong, most likely first."""
    filled = {name: rows for name, rows in splits.items() if len(rows)}
    probabilities = np.concatenate([probabilities_of(rows.answers) for rows in filled.values()])
    labels = np.concatenate([rows.answers.expected for rows in filled.values()])
    places = [(name, row) for name, rows in filled.items() for row in range(len(rows))]
    found = []
    for index in likely_label_errors(labels, probabilities):
        split, row = places[index]
        found.append(_error(split, row, filled[split], probabilities[index]))
    return found


def _error(split: str, row: int, rows: Predictions, probabilities: np.ndarray) -> dict[str, Any]:
    names = names_of(rows.answers)
    return {
        "split": split,
        "place": rows.place(row),
        "label": names[rows.answers.expected[row]],
        "predicted": names[probabilities.argmax()],
        "confidence": float(probabilities.max()),
        "text": rows.text(row),
    }
