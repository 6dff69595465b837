"""What TensorBoard shows of rankings of items."""

import numpy as np
import tensorflow as tf

from bert_tf.plurals import counted
from bert_tf.tasks.rank.report_texts import history_text
from bert_tf.tasks.rank.target import users_of
from bert_tf.training.tensorboard.event_writers import Writers
from bert_tf.training.tensorboard.mistakes import rows_table, write_mistakes
from bert_tf.training.tensorboard.plain import escaped_markdown, one_line
from bert_tf.training.tensorboard.task_dashboard import Answered, Texts

_MISSES = "Validation events with the worst ranks."
_ROWS, _CHARACTERS = 20, 120


class RankDashboard:
    """See `TaskDashboard`."""

    def show_epoch(self, writers: Writers, texts: Texts, answers: Answered, *, epoch: int) -> None:
        """Cosines of users with the items that they liked and with the first others, and the rows with the worst
        ranks; nothing of cosines that are not finite."""
        right, other = answers.outputs["score"], answers.outputs["wrong_score"]
        if not len(right) or not (np.isfinite(right).all() and np.isfinite(other).all()):
            return
        with writers.validation.as_default(step=epoch):
            tf.summary.histogram("cosine/liked_item", right, description="Of each user with the item liked next.")
            tf.summary.histogram("cosine/first_other_item", other, description="Of each user with the first other.")
        write_mistakes(writers.validation, misses_table(texts, answers), step=epoch, description=_MISSES)

    def columns(self, answers: Answered, rows: np.ndarray) -> dict[str, list[str]]:
        """The user, and the rank of the item."""
        return {
            "user": [one_line(user, longest=_CHARACTERS) for user in users_of(answers.expected[rows])],
            "rank": [str(answers.outputs["rank"][row]) for row in rows],
        }


def misses_table(texts: Texts, answers: Answered) -> str:
    """The rows with the worst ranks as a table in Markdown, or a sentence where every item is ranked first."""
    ranks = answers.outputs["rank"]
    worst = np.argsort(-ranks, kind="stable")[:_ROWS]
    worst = worst[ranks[worst] > 1]
    if not len(worst):
        return f"The item of {counted(len(ranks), 'event')} is ranked first."
    cells = {
        int(row): [str(ranks[row]), escaped_markdown(one_line(history_text(answers, int(row)), longest=_CHARACTERS))]
        for row in worst
    }
    said = f"The item of {(ranks > 1).sum():,} of {counted(len(ranks), 'event')} is not ranked first:"
    return "\n".join([said, "", rows_table(("rank", "liked before"), cells, texts)])
