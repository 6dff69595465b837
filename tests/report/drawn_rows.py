"""Rows and runs of drawn answers, for reports; and the same taken apart and changed."""

import dataclasses
import pathlib
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from bert_tf.evaluation.predictions import Predictions, read_predictions, write_predictions
from bert_tf.recipe.load_recipe import resolved_toml
from bert_tf.report.contents import Contents
from bert_tf.report.measured import Measured, measured
from bert_tf.tasks.classify.columns import ClassifyColumns
from bert_tf.tasks.classify.metrics import ClassifyMetrics
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tasks.table import MEASURES

MAX_TOKENS = 128


@dataclasses.dataclass
class Rows:
    """A split's rows, as `write_predictions` wants them."""

    label_names: tuple[str, ...]
    targets: np.ndarray
    written: Sequence[str]
    fingerprint: str = "drawn"

    @property
    def facts(self) -> dict[str, tuple[str, ...]]:
        return {"label_names": self.label_names}

    def __len__(self) -> int:
        return len(self.targets)

    def texts(self, start: int, stop: int) -> list[bytes]:
        return [text.encode() for text in self.written[start:stop]]

    def pairs(self, start: int, stop: int) -> None:
        return None

    def places(self, start: int, stop: int) -> list[str]:
        return [f"drawn.csv:{row + 2}" for row in range(start, min(stop, len(self)))]


@pytest.fixture
def drawn(tmp_path: pathlib.Path) -> Callable[..., Predictions]:
    """Answers of which about `right` are right, written to a file and read again."""

    def draw(
        rows: int = 200,
        label_names: Sequence[str] = ("cat", "dog", "hen"),
        *,
        right: float = 0.8,
        texts: Sequence[str] = (),
        seed: int = 0,
    ) -> Predictions:
        random, classes = np.random.default_rng(seed), len(label_names)
        labels = random.integers(0, classes, rows)
        said = np.where(random.random(rows) < right, labels, random.integers(0, classes, rows))
        logits = random.normal(size=(rows, classes)) + 4 * (said[:, None] == np.arange(classes))
        written = [texts[row % len(texts)] if texts else f"text {row}" for row in range(rows)]
        path = tmp_path / f"{rows}-{classes}-{seed}.parquet"
        split = Rows(tuple(label_names), labels, written)
        lengths = random.integers(3, 300, rows)
        write_predictions(path, split, columns=ClassifyColumns(), outputs={"logits": logits}, lengths=lengths)
        return read_predictions(path, ClassifyColumns())

    return draw


@pytest.fixture
def contents() -> Callable[..., Contents]:
    """What a finished run left, with these answers; `changes` replace what is there."""

    def make(test: Predictions | None, validation: Predictions | None = None, **changes: object) -> Contents:
        recipe = load_recipe("bbc-news", {"text.max_tokens": MAX_TOKENS})
        splits = {name: rows for name, rows in (("validation", validation), ("test", test)) if rows is not None}
        epochs = [{"loss": 1.0, "accuracy": 0.5, "val_loss": 0.9, "val_accuracy": 0.6}]
        data = {
            "rows": {"train": 1000, **{name: len(rows) for name, rows in splits.items()}},
            "bad_rows": [{"split": "train", "reason": "empty text", "rows": 3}],
            "leakage": dict.fromkeys(splits, 7),
            "duplicates": 11,
        }
        made = Contents(
            path="runs/drawn/20260101-120000",
            recipe_toml=resolved_toml(recipe),
            recipe=recipe.model_dump(),
            facts={"status": "trained", "data": data},
            status="trained",
            metrics={"epochs": epochs},
            epochs=epochs,
            measures=MEASURES,
            splits=splits,
            missing="",
            found=measured(splits, ClassifyMetrics(), max_tokens=MAX_TOKENS),
            explanations={},
            unexplained="",
            reference=None,
        )
        return dataclasses.replace(made, **changes)

    return make


def labels_of(rows: Predictions) -> np.ndarray:
    """Label ids that are right, int [N]."""
    return rows.answers.expected


def logits_of(rows: Predictions) -> np.ndarray:
    """float [N, C]."""
    return rows.answers.outputs["logits"]


def names_of(rows: Predictions) -> tuple[str, ...]:
    """By label id."""
    return rows.answers.facts["label_names"]


def changed(rows: Predictions, *, labels: np.ndarray | None = None, logits: np.ndarray | None = None) -> Predictions:
    """The same rows with other labels or answers."""
    answers = dataclasses.replace(
        rows.answers,
        expected=labels_of(rows) if labels is None else labels,
        outputs={"logits": logits_of(rows) if logits is None else logits},
    )
    return dataclasses.replace(rows, answers=answers)


def sure(rows: Predictions) -> Predictions:
    """The same rows, each answered right with a probability of nearly 1."""
    names = np.arange(len(names_of(rows)))
    return changed(rows, logits=50.0 * (labels_of(rows)[:, None] == names).astype(np.float32))


def measure(max_tokens: int = 128, **splits: Predictions) -> Measured | None:
    """What is measured of them."""
    return measured(splits, ClassifyMetrics(), max_tokens=max_tokens)
