"""The rows that a model gets most wrong, as a table for TensorBoard."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from bert_tf.plurals import counted
from bert_tf.scores import score_text
from bert_tf.training.tensorboard.plain import escaped_markdown, one_line
from bert_tf.training.tensorboard.task_dashboard import Texts

_MISTAKES = 20
_CHARACTERS = 300
# Of a line: TensorBoard gives a table's columns room by their longest lines, and breaks the others within words.
_LINE = 60


def write_mistakes(writer: tf.summary.SummaryWriter, table: str, *, step: int, description: str) -> None:
    """A table in Markdown, tagged `worst_mistakes`; the writer is that of the validation rows, the step the epoch."""
    with writer.as_default(step=step):
        tf.summary.text("worst_mistakes", table, description=description)


def mistakes_table(texts: Texts, labels: np.ndarray, probabilities: np.ndarray, *, label_names: Sequence[str]) -> str:
    """The wrong answers that give the true label the least probability, or a sentence where no answer is wrong.

    Args:
        texts: Of N rows.
        labels: Label ids, int [N].
        probabilities: float [N, C].
        label_names: C names.
    """
    predicted = probabilities.argmax(-1)
    of_the_true_label = probabilities[np.arange(len(labels)), labels]
    wrong = np.flatnonzero(predicted != labels)
    if not len(wrong):
        return f"No mistakes in {counted(len(labels), 'row')}."
    worst = wrong[np.argsort(of_the_true_label[wrong], kind="stable")][:_MISTAKES]
    cells = {
        index: [
            cell
            for label in (int(labels[index]), int(predicted[index]))
            for cell in (escaped_markdown(label_names[label]), score_text(probabilities[index, label]))
        ]
        for index in map(int, worst)
    }
    said = f"{len(wrong):,} of {counted(len(labels), 'prediction')} wrong; the worst {len(worst)}:"
    heads = ("expected", "its probability", "predicted", "its probability")
    return "\n".join([said, "", rows_table(heads, cells, texts)])


def rows_table(heads: Sequence[str], cells: Mapping[int, Sequence[str]], texts: Texts) -> str:
    """A table in Markdown of some rows, with their texts in the last column.

    Args:
        heads: Of the other columns.
        cells: Of these by row, in the order that they are shown in; Markdown, as of `escaped_markdown`.
        texts: Of all rows.
    """
    lines = [" | ".join([*heads, "text"]), " | ".join(["---"] * (len(heads) + 1))]
    lines += [" | ".join([*each, _cell(texts, row)]) for row, each in cells.items()]
    return "\n".join(lines)


def _cell(rows: Texts, index: int) -> str:
    """The text of a row, or both where rows are pairs, in lines."""
    texts = rows.texts(index, index + 1) + (rows.pairs(index, index + 1) or [])
    lines = [textwrap.wrap(one_line(text.decode("utf-8", "replace"), longest=_CHARACTERS), _LINE) for text in texts]
    return "<br>⏎ ".join("<br>".join(map(escaped_markdown, wrapped)) for wrapped in lines)
