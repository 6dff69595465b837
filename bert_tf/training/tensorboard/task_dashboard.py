"""What a task shows of answers in TensorBoard, beside the scalars that are shown for every task."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from bert_tf.ragged_rows import RowValues
from bert_tf.training.tensorboard.event_writers import Writers


class Texts(Protocol):
    """The texts of a split's rows: `bert_tf.data.examples.Examples`."""

    def __len__(self) -> int: ...
    def texts(self, start: int, stop: int) -> list[bytes]: ...
    def pairs(self, start: int, stop: int) -> list[bytes] | None: ...


class Answered(Protocol):
    """What was answered on N rows, and what is right: `bert_tf.evaluation.split_metrics.Answers`."""

    @property
    def expected(self) -> RowValues: ...
    @property
    def outputs(self) -> Mapping[str, RowValues]: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...


class TaskDashboard(Protocol):
    """`dashboard.py` of each task."""

    def show_epoch(self, writers: Writers, texts: Texts, answers: Answered, *, epoch: int) -> None:
        """What is shown after an epoch of the validation rows.

        Args:
            writers: Of the run.
            texts: Of N rows.
            answers: On them, not yet known to be finite.
            epoch: That is done, from 1.
        """

    def columns(self, answers: Answered, rows: np.ndarray) -> dict[str, list[str]]:
        """What the projector shows of each embedded text beside the text; a value for each of `rows`, int [n]."""
