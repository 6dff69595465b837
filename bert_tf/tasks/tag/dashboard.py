"""What TensorBoard shows of entities."""

import re
from collections.abc import Sequence

import numpy as np

from bert_tf.plurals import counted
from bert_tf.scores import score_text
from bert_tf.tasks.tag.answered_entities import Mark, TaggedRows, listed, row_losses, tagged_rows
from bert_tf.tasks.tag.marked_text import marked_pieces
from bert_tf.training.tensorboard.event_writers import Writers
from bert_tf.training.tensorboard.mistakes import rows_table, write_mistakes
from bert_tf.training.tensorboard.plain import escaped_stretch
from bert_tf.training.tensorboard.task_dashboard import Answered, Texts

_MISTAKES = "Validation rows with missed or spurious entities, or wrong boundaries or types, largest loss first."
_SHOWN = 20
_HEADS = ("expected", "predicted", "log loss")


class TagDashboard:
    """See `TaskDashboard`."""

    def show_epoch(self, writers: Writers, texts: Texts, answers: Answered, *, epoch: int) -> None:
        """The worst rows with the entities that they have and those that were found."""
        table = worst_rows(tagged_rows(answers), row_losses(answers), texts)
        write_mistakes(writers.validation, table, step=epoch, description=_MISTAKES)

    def columns(self, answers: Answered, rows: np.ndarray) -> dict[str, list[str]]:
        """The entities, those that were predicted, and whether these are the same."""
        tagged = tagged_rows(answers)
        is_right = tagged.is_right
        return {
            "entities": [listed(tagged.expected_marks(int(row))) for row in rows],
            "predicted": [listed(tagged.predicted_marks(int(row))) for row in rows],
            "verdict": ["right" if is_right[row] else "wrong" for row in rows],
        }


def _marked(text: str, marks: Sequence[Mark]) -> str:
    """The text with its entities in bold letters, each with its type behind it."""
    # One for one, so that places stay; a line's end would end the row of the table.
    pieces = marked_pieces(re.sub(r"\s", " ", text), marks)
    return "".join(
        f"**{escaped_stretch(piece.text)}** ({escaped_stretch(piece.type)})"
        if piece.type
        else escaped_stretch(piece.text)
        for piece in pieces
    )


def worst_rows(rows: TaggedRows, losses: np.ndarray, texts: Texts) -> str:
    """A table in Markdown of rows that are not all right; a sentence where there are none.

    Args:
        rows: N of them.
        losses: float64 [N].
        texts: Of them.
    """
    wrong = np.flatnonzero(~rows.is_right)
    if not len(wrong):
        return f"No mistakes in {counted(len(rows), 'row')}."
    worst = wrong[np.argsort(-losses[wrong], kind="stable")][:_SHOWN]
    cells = {}
    for row in map(int, worst):
        text = texts.texts(row, row + 1)[0].decode("utf-8", "replace")
        marks = (rows.expected_marks(row), rows.predicted_marks(row))
        cells[row] = [*(_marked(text, each) for each in marks), score_text(losses[row])]
    said = f"{len(wrong):,} of {len(rows):,} rows have other entities than predicted; the worst {len(worst)}:"
    return "\n".join([said, "", rows_table(_HEADS, cells, texts)])
