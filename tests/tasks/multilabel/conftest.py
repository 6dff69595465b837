"""Runs of drawn sets of labels, for reports."""

import dataclasses
import pathlib
from collections.abc import Callable

import numpy as np
import pytest

from bert_tf.evaluation.predictions import Predictions, read_predictions, write_predictions
from bert_tf.report.contents import Contents
from bert_tf.tasks.multilabel.columns import MultilabelColumns
from bert_tf.tasks.multilabel.metrics import MultilabelMetrics
from bert_tf.tasks.recipes import load_recipe

NAMES = ("joy", "anger", "fear")


@dataclasses.dataclass
class Rows:
    """A split's rows, as `write_predictions` wants them."""

    targets: np.ndarray
    facts: dict[str, object]
    fingerprint: str = "drawn"

    def __len__(self) -> int:
        return len(self.targets)

    def texts(self, start: int, stop: int) -> list[bytes]:
        return [f"text {row}".encode() for row in range(start, min(stop, len(self)))]

    def pairs(self, start: int, stop: int) -> None:
        return None

    def places(self, start: int, stop: int) -> list[str]:
        return [f"drawn.csv:{row + 2}" for row in range(start, min(stop, len(self)))]


@pytest.fixture
def drawn(tmp_path: pathlib.Path) -> Callable[..., Predictions]:
    """Sets of joy, anger and fear, answered by logits that are `noise` off from ±2; written to a file and read."""

    def draw(rows: int = 200, *, noise: float = 1.0, seed: int = 0, **facts: object) -> Predictions:
        random = np.random.default_rng(seed)
        expected = random.random((rows, 3)) < np.array([0.5, 0.3, 0.1])
        logits = np.where(expected, 2.0, -2.0) + noise * random.normal(size=(rows, 3))
        known = {"label_names": NAMES, "label_shares": (0.5, 0.3, 0.1), "thresholds": (0.5, 0.5, 0.5), **facts}
        path = tmp_path / f"{rows}-{noise}-{seed}.parquet"
        lengths = random.integers(3, 100, rows)
        outputs = {"logits": logits.astype(np.float32)}
        write_predictions(path, Rows(expected, known), columns=MultilabelColumns(), outputs=outputs, lengths=lengths)
        return read_predictions(path, MultilabelColumns())

    return draw


@pytest.fixture
def contents(left: Callable[..., Contents]) -> Callable[..., Contents]:
    """What a finished run left, with these answers."""

    def make(test: Predictions | None, validation: Predictions | None = None, **changes: object) -> Contents:
        splits = {name: rows for name, rows in (("validation", validation), ("test", test)) if rows is not None}
        epoch = {"loss": 1.0, "val_loss": 0.9, "val_macro_f1": 0.6}
        return left(
            load_recipe("tweet-entities", {"text.max_tokens": 128}), MultilabelMetrics(), splits, epoch=epoch, **changes
        )

    return make
