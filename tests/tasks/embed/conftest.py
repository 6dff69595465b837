"""Rankings for reports, and what a run with them left."""

import dataclasses
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bert_tf.evaluation.predictions import Predictions, read_predictions, write_predictions
from bert_tf.ragged_rows import RaggedRows
from bert_tf.report.contents import Contents
from bert_tf.tasks.embed.columns import EmbedColumns
from bert_tf.tasks.embed.metrics import EmbedMetrics
from bert_tf.tasks.embed.stored_texts import as_rows
from bert_tf.tasks.recipes import load_recipe

TEXTS = 50


@dataclasses.dataclass
class Rows:
    """A split's rows, as `write_predictions` wants them."""

    targets: RaggedRows
    facts: dict[str, Any]
    fingerprint: str = "drawn"

    def __len__(self) -> int:
        return len(self.targets)

    def texts(self, start: int, stop: int) -> list[bytes]:
        return [f"question {row}".encode() for row in range(start, min(stop, len(self)))]

    def pairs(self, start: int, stop: int) -> None:
        return None

    def places(self, start: int, stop: int) -> list[str]:
        return [f"drawn.csv:{row + 2}" for row in range(start, min(stop, len(self)))]


@pytest.fixture
def drawn(tmp_path: pathlib.Path) -> Callable[..., Predictions]:
    """Rows with given ranks among 50 texts, written to a file and read again."""

    def draw(ranks: np.ndarray) -> Predictions:
        rows = len(ranks)
        random = np.random.default_rng(0)
        score = random.uniform(0.5, 0.9, rows).astype(np.float32)
        lead = np.where(ranks == 1, 0.1, -0.1) * random.uniform(0.5, 1, rows)
        path = tmp_path / "drawn.parquet"
        write_predictions(
            path,
            Rows(as_rows([f"answer {row % TEXTS}" for row in range(rows)]), {"dimensions": (2,)}),
            columns=EmbedColumns(),
            outputs={
                "rank": ranks.astype(np.int32),
                "among": np.full(rows, TEXTS, np.int32),
                "score": score,
                "wrong_score": (score - lead).astype(np.float32),
                "wrong": as_rows([f"answer {(row + 1) % TEXTS}" for row in range(rows)]),
                "map": random.normal(size=(rows, 2)).astype(np.float32),
                "ranks": np.minimum(ranks + 1, TEXTS).astype(np.int32)[:, np.newaxis],
            },
            lengths=random.integers(3, 60, rows),
        )
        return read_predictions(path, EmbedColumns())

    return draw


@pytest.fixture
def contents(left: Callable[..., Contents]) -> Callable[..., Contents]:
    """What a finished run left, with these answers on test rows."""

    def make(test: Predictions | None, **changes: object) -> Contents:
        epoch = {"loss": 1.0, "val_recall_at_1": 0.5, "val_recall_at_10": 0.6, "val_mrr": 0.55}
        splits = {} if test is None else {"test": test}
        return left(load_recipe("bbc-headlines"), EmbedMetrics(), splits, epoch=epoch, **changes)

    return make
