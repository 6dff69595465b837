"""The events that a report of rankings shows, and the rows that it lists for taking away."""

from typing import TYPE_CHECKING

import numpy as np

from bert_tf.evaluation.item_ranking import TOP
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.report.contents import Contents
from bert_tf.report.measured import Measured
from bert_tf.report.page import render_part
from bert_tf.report.rows_to_take import RowsToTake, rows_with_texts
from bert_tf.report.sections import ExampleGroup
from bert_tf.report.shown_examples import ShownAnswer, make_examples
from bert_tf.scores import score_text
from bert_tf.tasks.embed.stored_texts import first_texts, split_texts
from bert_tf.tasks.rank.target import users_of

if TYPE_CHECKING:
    from bert_tf.training.tensorboard.task_dashboard import Answered

_PACKAGE = "bert_tf.tasks.rank"
_EXAMPLES = 10  # of each kind


def rows_to_read(answers: Answers) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose item stands farthest behind, and rows with the best ranks, int64 [≤ 10] each."""
    order, ranks = worst_first(answers), answers.outputs["rank"]
    return order[ranks[order] > TOP][:_EXAMPLES], order[ranks[order] <= TOP][::-1][:_EXAMPLES]


def texts(contents: Contents, found: Measured) -> list[ExampleGroup]:
    """Misses, with a table of all rows, and hits."""
    answers = found.rows.answers
    misses, hits = (
        make_examples(found.rows, {int(row): _shown(answers, int(row)) for row in rows}, contents.explanations)
        for rows in rows_to_read(answers)
    )
    below = render_part(_PACKAGE, "all_events.html.j2", all_rows=all_rows(found))
    return [
        ExampleGroup("Mistakes, worst rank first", misses, none="None: every item is in the top 10.", below=below),
        ExampleGroup("In the top 10, best rank first", hits, none="None: no item is in the top 10."),
    ]


def all_rows(found: Measured) -> RowsToTake:
    """Every row, the worst rank first."""
    outputs, users = found.rows.answers.outputs, users_of(found.rows.answers.expected)
    others = first_texts(outputs["wrong"])
    cells = {
        int(row): (
            int(outputs["rank"][row]),
            float(outputs["score"][row]),
            float(outputs["wrong_score"][row]),
            users[row],
            others[row],
        )
        for row in worst_first(found.rows.answers)
    }
    return rows_with_texts(
        found.rows,
        cells,
        name="events.csv",
        columns=("rank", "score", "first_other_score", "user", "first_other"),
        split=found.split,
        left_out="only the {} rows with the worst ranks of {} are here",
    )


def worst_first(answers: Answers) -> np.ndarray:
    """The worst rank first; of equal ones, the row whose item is least ahead of the others."""
    outputs = answers.outputs
    return np.lexsort((outputs["score"] - outputs["wrong_score"], -outputs["rank"].astype(np.int64)))


def history_text(answers: "Answers | Answered", row: int) -> str:
    """The newest items of a history in a line, or that there are none."""
    (found,) = split_texts(answers.outputs["history"][row : row + 1])
    return " · ".join(text.decode() for text in found if text) or "nothing before"


def _shown(answers: Answers, row: int) -> ShownAnswer:
    outputs, rank = answers.outputs, int(answers.outputs["rank"][row])
    (other,) = first_texts(outputs["wrong"][row : row + 1])
    score, other_score = (score_text(float(outputs[name][row])) for name in ("score", "wrong_score"))
    return ShownAnswer(
        predicted=other,
        figure=f"(cosine {other_score}), for a user who liked: {history_text(answers, row)}",
        wrong="" if rank <= TOP else f"the item above (cosine {score}) is at rank {rank:,}",
        favouring="Near to the vector of the whole text",
        opposing="Away from it",
    )
