"""What TensorBoard shows of rankings."""

import numpy as np
import tensorflow as tf

from bert_tf.plurals import counted
from bert_tf.tasks.embed.stored_texts import first_texts
from bert_tf.training.tensorboard.event_writers import Writers
from bert_tf.training.tensorboard.mistakes import rows_table, write_mistakes
from bert_tf.training.tensorboard.plain import escaped_markdown, one_line
from bert_tf.training.tensorboard.task_dashboard import Answered, Texts

_MISSES = "Validation rows with the worst ranks."
_ROWS, _CHARACTERS = 20, 120


class EmbedDashboard:
    """See `TaskDashboard`."""

    def show_epoch(self, writers: Writers, texts: Texts, answers: Answered, *, epoch: int) -> None:
        """Cosines of right texts and of the nearest wrong ones, and the rows with the worst ranks; nothing of cosines
        that are not finite."""
        right, wrong = answers.outputs["score"], answers.outputs["wrong_score"]
        if not len(right) or not (np.isfinite(right).all() and np.isfinite(wrong).all()):
            return
        with writers.validation.as_default(step=epoch):
            tf.summary.histogram("cosine/right_text", right, description="Of each row with its matching text.")
            tf.summary.histogram("cosine/nearest_wrong_text", wrong, description="Of each row with the nearest other.")
        write_mistakes(writers.validation, misses_table(texts, answers), step=epoch, description=_MISSES)

    def columns(self, answers: Answered, rows: np.ndarray) -> dict[str, list[str]]:
        """The right text, and its rank."""
        right = first_texts(answers.expected[rows])
        return {
            "matching text": [one_line(text, longest=_CHARACTERS) for text in right],
            "rank": [str(answers.outputs["rank"][row]) for row in rows],
        }


def misses_table(texts: Texts, answers: Answered) -> str:
    """The rows with the worst ranks as a table in Markdown, or a sentence where every right text is ranked first."""
    ranks = answers.outputs["rank"]
    worst = np.argsort(-ranks, kind="stable")[:_ROWS]
    worst = worst[ranks[worst] > 1]
    if not len(worst):
        return f"The matching text of {counted(len(ranks), 'row')} is ranked first."
    right, wrong = first_texts(answers.expected[worst]), first_texts(answers.outputs["wrong"][worst])
    cells = {
        int(row): [str(ranks[row]), *(escaped_markdown(one_line(text, longest=_CHARACTERS)) for text in pair)]
        for row, *pair in zip(worst, right, wrong, strict=True)
    }
    said = f"The matching text of {(ranks > 1).sum():,} of {counted(len(ranks), 'row')} is not ranked first:"
    return "\n".join([said, "", rows_table(("rank", "matching text", "nearest wrong text"), cells, texts)])
