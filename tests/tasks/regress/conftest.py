"""Runs of drawn numbers, for reports."""

import dataclasses
import pathlib
from collections.abc import Callable

import numpy as np
import pytest

from bert_tf.evaluation.predictions import Predictions, read_predictions, write_predictions
from bert_tf.report.contents import Contents
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tasks.regress.columns import RegressColumns
from bert_tf.tasks.regress.metrics import RegressMetrics

MAX_TOKENS = 128


@dataclasses.dataclass
class Rows:
    """A split's rows, as `write_predictions` wants them."""

    targets: np.ndarray
    facts: dict[str, float]
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
    """Numbers around 3 with a deviation of 1, answered within about `error`, written to a file and read again."""

    def draw(rows: int = 200, *, error: float = 0.3, shrunk: float = 1.0, bias: float = 0.0) -> Predictions:
        random = np.random.default_rng(0)
        expected = (3 + random.normal(size=rows)).astype(np.float32)
        values = 3 + shrunk * (expected - 3) + bias + error * random.normal(size=rows)
        path = tmp_path / f"{rows}-{error}-{shrunk}-{bias}.parquet"
        write_predictions(
            path,
            Rows(expected, {"mean": 3.0, "std": 1.0}),
            columns=RegressColumns(),
            outputs={"value": values.astype(np.float32)},
            lengths=random.integers(3, 300, rows),
        )
        return read_predictions(path, RegressColumns())

    return draw


@pytest.fixture
def contents(left: Callable[..., Contents]) -> Callable[..., Contents]:
    """What a finished run left, with these answers on test rows."""

    def make(test: Predictions | None, **changes: object) -> Contents:
        recipe = load_recipe("tweet-confidence", {"text.max_tokens": MAX_TOKENS})
        epoch = {"loss": 1.0, "mae": 0.5, "val_mae": 0.6, "val_rmse": 0.7, "val_spearman": 0.5}
        return left(recipe, RegressMetrics(), {} if test is None else {"test": test}, epoch=epoch, **changes)

    return make
