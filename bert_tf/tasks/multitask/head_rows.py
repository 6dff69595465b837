"""The rows that have a label of a head, with its answers on them."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from bert_tf.evaluation.split_metrics import Answers
from bert_tf.tasks.multitask.heads import part_of
from bert_tf.tasks.multitask.stored_labels import stored_labels


class Answered(Protocol):
    """What was answered on N rows, and what is right: `bert_tf.evaluation.split_metrics.Answers`."""

    @property
    def expected(self) -> Any: ...
    @property
    def outputs(self) -> Mapping[str, Any]: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...


@dataclasses.dataclass(frozen=True, eq=False)
class HeadRows:
    """Of N rows, those of a head.

    Attributes:
        has_label: Which they are, bool [N].
        answers: On them, as the head's task knows them.
    """

    has_label: np.ndarray
    answers: Answers

    @property
    def rows(self) -> np.ndarray:
        """Their numbers, int64 [n]."""
        return np.flatnonzero(self.has_label)

    def place_of(self, row: int) -> int:
        """Where a row that has a label is among them."""
        return int(np.count_nonzero(self.has_label[:row]))


def head_rows(name: str, names: Sequence[str], answers: Answered) -> HeadRows:
    """The rows of a head.

    Args:
        name: Of the head.
        names: Of all heads, in the order in which their labels are stored.
        answers: To all rows.
    """
    stored = stored_labels(names, answers.facts)[name]
    has_label = stored.has_label(answers.expected)
    outputs = {key: values[has_label] for key, values in part_of(name, answers.outputs).items()}
    labels = stored.labels(answers.expected[has_label])
    return HeadRows(has_label, Answers(labels, outputs, part_of(name, answers.facts)))
