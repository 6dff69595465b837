"""The texts that a report of rankings shows, and the rows that it lists for taking away."""

import numpy as np

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.report.contents import Contents
from bert_tf.report.measured import Measured
from bert_tf.report.page import render_part
from bert_tf.report.rows_to_take import RowsToTake, rows_with_texts
from bert_tf.report.sections import ExampleGroup
from bert_tf.report.shown_examples import ShownAnswer, make_examples
from bert_tf.scores import score_text
from bert_tf.tasks.embed.stored_texts import BY_LABEL, first_texts

_PACKAGE = "bert_tf.tasks.embed"
_EXAMPLES = 10  # of each kind


def rows_to_read(answers: Answers) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose right text stands farthest behind, and rows where it stands first with the least lead, int64 [≤ 10]
    each."""
    order, ranks = _worst_first(answers), answers.outputs["rank"]
    hits = order[ranks[order] == 1]
    return order[ranks[order] > 1][:_EXAMPLES], hits[:_EXAMPLES]


def texts(contents: Contents, found: Measured) -> list[ExampleGroup]:
    """Misses, with a table of all rows, and the narrowest hits."""
    answers = found.rows.answers
    misses, hits = (
        make_examples(found.rows, {int(row): _shown(answers, int(row)) for row in rows}, contents.explanations)
        for rows in rows_to_read(answers)
    )
    below = render_part(_PACKAGE, "all_rows.html.j2", all_rows=all_rows(found))
    return [
        ExampleGroup(
            "Mistakes, worst rank first", misses, none="None: every matching text is ranked first.", below=below
        ),
        ExampleGroup("Correct, by the smallest margin", hits, none="None: no matching text is ranked first."),
    ]


def all_rows(found: Measured) -> RowsToTake:
    """Every row, the worst rank first."""
    answers = found.rows.answers
    right, wrong, outputs = first_texts(answers.expected), first_texts(answers.outputs["wrong"]), answers.outputs
    cells = {
        int(row): (
            int(outputs["rank"][row]),
            float(outputs["score"][row]),
            float(outputs["wrong_score"][row]),
            right[row],
            wrong[row],
        )
        for row in _worst_first(answers)
    }
    return rows_with_texts(
        found.rows,
        cells,
        name="ranks.csv",
        columns=("rank", "score", "wrong_score", "right", "nearest_wrong"),
        split=found.split,
        left_out="only the {} rows with the worst ranks of {} are here",
    )


def _worst_first(answers: Answers) -> np.ndarray:
    """The worst rank first; of equal ones, the row whose right text is least ahead of the others."""
    outputs = answers.outputs
    return np.lexsort((outputs["score"] - outputs["wrong_score"], -outputs["rank"].astype(np.int64)))


def _shown(answers: Answers, row: int) -> ShownAnswer:
    outputs, rank = answers.outputs, int(answers.outputs["rank"][row])
    (right,), (wrong,) = (first_texts(rows[row : row + 1]) for rows in (answers.expected, outputs["wrong"]))
    score, other = (score_text(float(outputs[name][row])) for name in ("score", "wrong_score"))
    is_hit = rank == 1
    if answers.facts.get(BY_LABEL):
        right = f"a text of {right}"
    return ShownAnswer(
        predicted=right if is_hit else wrong,
        figure=f"(cosine {score}; next: {wrong}, {other})" if is_hit else f"(cosine {other})",
        wrong="" if is_hit else f"expected {right} (cosine {score}), which is at rank {rank:,}",
        favouring="Near to the vector of the whole text",
        opposing="Away from it",
    )
