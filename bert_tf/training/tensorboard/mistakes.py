"""The rows that a model gets most wrong, as a table for TensorBoard."""

import textwrap
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from bert_tf.plurals import counted
from bert_tf.scores import score_text
from bert_tf.training.tensorboard.plain import escaped_markdown, one_line

_MISTAKES = 20
_CHARACTERS = 300
# Of a line: TensorBoard gives a table's columns room by their longest lines, and breaks the others within words.
_LINE = 60


class Rows(Protocol):
    """The rows of a split: `bert_tf.data.examples.Examples`."""

    @property
    def targets(self) -> np.ndarray: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...
    def __len__(self) -> int: ...
    def texts(self, start: int, stop: int) -> list[bytes]: ...
    def pairs(self, start: int, stop: int) -> list[bytes] | None: ...


def write_mistakes(writer: tf.summary.SummaryWriter, rows: Rows, probabilities: np.ndarray, *, step: int) -> None:
    """A Markdown table of the wrong answers that give the true label the least probability, tagged `worst_mistakes`.

    Args:
        writer: Of the validation rows.
        rows: N of them.
        probabilities: float [N, C].
        step: The epoch.
    """
    with writer.as_default(step=step):
        tf.summary.text(
            "worst_mistakes",
            mistakes_table(rows, probabilities),
            description="Misclassified validation rows, lowest probability of the true label first.",
        )


def mistakes_table(rows: Rows, probabilities: np.ndarray) -> str:
    """The table as Markdown, or a sentence where no answer is wrong."""
    labels, predicted = rows.targets, probabilities.argmax(-1)
    names = rows.facts["label_names"]
    of_the_true_label = probabilities[np.arange(len(labels)), labels]
    wrong = np.flatnonzero(predicted != labels)
    if not len(wrong):
        return f"No mistakes in {counted(len(labels), 'row')}."
    worst = wrong[np.argsort(of_the_true_label[wrong], kind="stable")][:_MISTAKES]
    lines = [
        f"{len(wrong):,} of {len(labels):,} predictions are wrong; the worst {len(worst)}:",
        "",
        "expected | its probability | predicted | its probability | text",
        "--- | --- | --- | --- | ---",
    ]
    for index in map(int, worst):
        true, answer = int(labels[index]), int(predicted[index])
        cells = [
            escaped_markdown(names[true]),
            score_text(probabilities[index, true]),
            escaped_markdown(names[answer]),
            score_text(probabilities[index, answer]),
            _cell(rows, index),
        ]
        lines.append(" | ".join(cells))
    return "\n".join(lines)


def _cell(rows: Rows, index: int) -> str:
    """The text of a row, or both where rows are pairs, in lines."""
    texts = rows.texts(index, index + 1) + (rows.pairs(index, index + 1) or [])
    lines = [textwrap.wrap(one_line(text.decode("utf-8", "replace"), longest=_CHARACTERS), _LINE) for text in texts]
    return "<br>⏎ ".join("<br>".join(map(escaped_markdown, wrapped)) for wrapped in lines)
