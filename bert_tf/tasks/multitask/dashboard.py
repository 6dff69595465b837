"""What TensorBoard shows of several heads."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from bert_tf.tasks.multitask.head_rows import head_rows
from bert_tf.tasks.multitask.heads import Head, names_of
from bert_tf.training.tensorboard.event_writers import Writers
from bert_tf.training.tensorboard.task_dashboard import Answered, Texts

_NO_LABEL = "–"


class MultitaskDashboard:
    """See `TaskDashboard`.

    Args:
        heads: In the order of the recipe.
    """

    def __init__(self, heads: Sequence[Head]) -> None:
        self._heads = tuple(heads)
        self._dashboards = {head.name: head.task.dashboard() for head in heads}

    def show_epoch(self, writers: Writers, texts: Texts, answers: Answered, *, epoch: int) -> None:
        """What each head's task shows of the rows that have a label of it, under the head's name."""
        for name, dashboard in self._dashboards.items():
            own = head_rows(name, names_of(self._heads), answers)
            if len(own.answers):
                with tf.name_scope(f"{name}/"):
                    dashboard.show_epoch(writers, _SomeTexts(texts, own.rows), own.answers, epoch=epoch)

    def columns(self, answers: Answered, rows: np.ndarray) -> dict[str, list[str]]:
        """Those of each head, with its name in front; a dash for a row without a label of it."""
        found: dict[str, list[str]] = {}
        for name, dashboard in self._dashboards.items():
            own = head_rows(name, names_of(self._heads), answers)
            labelled = [place for place, row in enumerate(rows) if own.has_label[row]]
            places = np.array([own.place_of(int(rows[place])) for place in labelled], np.int64)
            for column, values in dashboard.columns(own.answers, places).items():
                cells = [_NO_LABEL] * len(rows)
                for place, value in zip(labelled, values, strict=True):
                    cells[place] = value
                found[f"{name}.{column}"] = cells
        return found


class _SomeTexts:
    """Some of the rows of a split, int [n]; see `Texts`."""

    def __init__(self, texts: Texts, rows: np.ndarray) -> None:
        self._texts, self._rows = texts, rows

    def __len__(self) -> int:
        return len(self._rows)

    def texts(self, start: int, stop: int) -> list[bytes]:
        """The texts of rows `start` to `stop`."""
        return [text for row in self._rows[start:stop] for text in self._texts.texts(int(row), int(row) + 1)]

    def pairs(self, start: int, stop: int) -> list[bytes] | None:
        """Their second texts; None where rows are single texts."""
        found = [self._texts.pairs(int(row), int(row) + 1) for row in self._rows[start:stop]]
        return None if None in found or not found else [pair for pairs in found for pair in pairs or ()]
