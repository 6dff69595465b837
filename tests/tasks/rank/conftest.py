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
from bert_tf.tasks.embed.stored_texts import as_rows
from bert_tf.tasks.rank.columns import RankColumns
from bert_tf.tasks.rank.metrics import RankMetrics
from bert_tf.tasks.recipes import load_recipe

ITEMS = 50
HISTORY = 10


@dataclasses.dataclass
class Rows:
    """A split's rows, as `write_predictions` wants them."""

    targets: RaggedRows
    facts: dict[str, Any]
    fingerprint: str = "drawn"

    def __len__(self) -> int:
        return len(self.targets)

    def texts(self, start: int, stop: int) -> list[bytes]:
        return [f"movie {row}".encode() for row in range(start, min(stop, len(self)))]

    def pairs(self, start: int, stop: int) -> None:
        return None

    def places(self, start: int, stop: int) -> list[str]:
        return [f"drawn.csv:{row + 2}" for row in range(start, min(stop, len(self)))]


def tops(ranks: np.ndarray) -> np.ndarray:
    """First items of which the row's own, its number, has its rank."""
    rows = np.arange(len(ranks))[:, np.newaxis]
    places = np.arange(10)
    return np.where(places == ranks[:, np.newaxis] - 1, rows % ITEMS, (rows + 1 + places) % ITEMS).astype(np.int32)


@pytest.fixture
def drawn(tmp_path: pathlib.Path) -> Callable[..., Predictions]:
    """Rows with given ranks among 50 items of the model and of what it is held against, written to a file and read
    again; ten rows of each user, every fifth item is new."""

    def draw(ranks: np.ndarray, **others: np.ndarray) -> Predictions:
        rows = len(ranks)
        of = {"popularity": ranks + 5, "cooccurrence": ranks, "ids": np.maximum(ranks - 1, 1), **others}
        baselines = {f"{name}_rank": np.minimum(each, ITEMS).astype(np.int32) for name, each in of.items()}
        path = tmp_path / "drawn.parquet"
        write_predictions(
            path,
            Rows(_events(rows), {"history": HISTORY}),
            columns=RankColumns(),
            outputs={
                "rank": ranks.astype(np.int32),
                "among": np.full(rows, ITEMS, np.int32),
                "items": np.full(rows, ITEMS, np.int32),
                "score": np.full(rows, 0.5, np.float32),
                "wrong_score": np.where(ranks == 1, 0.4, 0.6).astype(np.float32),
                "is_new": np.arange(rows) % 5 == 0,
                "liked_before": (np.arange(rows) % 12).astype(np.int32),
                "wrong": as_rows([f"movie {row + 1}" for row in range(rows)]),
                "history": _histories(rows),
                "top": tops(ranks),
                **baselines,
                **{f"{name}_top": tops(each) for name, each in of.items()},
            },
            lengths=np.full(rows, 6),
        )
        return read_predictions(path, RankColumns())

    return draw


def _events(rows: int) -> RaggedRows:
    return _joined([[f"user {row // 10}", repr(float(row))] for row in range(rows)])


def _histories(rows: int) -> RaggedRows:
    return _joined([[f"movie {row - back}" for back in range(1, 3)] if row % 12 else [""] for row in range(rows)])


def _joined(rows: list[list[str]]) -> RaggedRows:
    encoded = [b"\xff".join(text.encode() for text in row) for row in rows]
    return RaggedRows.of_lengths(np.frombuffer(b"".join(encoded), np.uint8), np.array(list(map(len, encoded))))


@pytest.fixture
def contents(left: Callable[..., Contents]) -> Callable[..., Contents]:
    """What a finished run left, with these answers on test rows."""

    def make(test: Predictions | None, **changes: object) -> Contents:
        epoch = {"loss": 1.0, "val_ndcg_at_10": 0.5, "val_hit_rate_at_10": 0.6, "val_auc": 0.9}
        splits = {} if test is None else {"test": test}
        return left(load_recipe("movie-ranking"), RankMetrics(), splits, epoch=epoch, **changes)

    return make
