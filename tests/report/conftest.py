"""Rows and runs for the pages: any number of labels, and texts that a page and a terminal must not obey."""

import dataclasses
import pathlib
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from bert_tf.evaluation.paired import Paired
from bert_tf.evaluation.predictions import Predictions, read_predictions, write_predictions
from bert_tf.recipe.load_recipe import load_recipe, resolved_toml
from bert_tf.report.comparison import Answer, ComparedRun, Comparison, Disagreement, Line, Pairing, Score
from bert_tf.report.contents import Contents
from bert_tf.report.measured import measured
from bert_tf.tasks.classify.metrics import ClassifyMetrics
from bert_tf.tasks.task import MEASURES

HOSTILE = "<script>document.title = 'taken over'</script><img src=x onerror=\"document.title = 'taken over'\">"
MAX_TOKENS = 128


@dataclasses.dataclass
class Rows:
    """A split's rows, as `write_predictions` wants them."""

    label_names: tuple[str, ...]
    labels: np.ndarray
    written: Sequence[str]
    fingerprint: str = "drawn"

    @property
    def targets(self) -> np.ndarray:
        return self.labels

    @property
    def facts(self) -> dict[str, object]:
        return {"label_names": self.label_names}

    def __len__(self) -> int:
        return len(self.labels)

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
        write_predictions(path, split, logits=logits, lengths=random.integers(3, 300, rows))
        return read_predictions(path)

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
            found=measured(splits, ClassifyMetrics(), train_counts={}, max_tokens=MAX_TOKENS),
            explanations={},
            unexplained="",
            reference=None,
        )
        return dataclasses.replace(made, **changes)

    return make


@pytest.fixture
def comparison() -> Comparison:
    """Run 2 is paired with run 1; run 3 was stopped."""
    epochs = tuple({"val_loss": 0.5 / epoch, "val_accuracy": 0.8} for epoch in (1, 2))
    scores = {"accuracy": Score(0.9, 0.88, 0.92), "macro_f1": Score(0.89, 0.87, 0.91), "log_loss": Score(0.3)}
    said = (Answer("b [red]<i>", 0.75), Answer("a", 0.66))
    rows = tuple(
        Disagreement(row, f"rows [1].csv:{row + 2}", text, pair, "b [red]<i>", *said)
        for row, text, pair in (
            (41, f"{HOSTILE} [bold]marked\x1b[31m up[/bold]", None),
            (7, "first\nsecond " + "word " * 200 + "the end", "the second text"),
        )
    )
    return Comparison(
        split="test",
        runs=(
            ComparedRun(1, "runs/a/1", "2026-01-01T10:00", "trained", None, 1000, scores, {}, epochs),
            ComparedRun(2, "runs/a/[2]<b>", "2026-01-02T10:00", "trained", None, 1000, scores, {}, epochs),
            ComparedRun(3, "runs/a/3", "", "stopped", f"It is stopped. {HOSTILE}"),
        ),
        reference=1,
        pairs=(Pairing(2, 1, Paired(0.012, 0.002, 0.022, 0.03, 2, 0), rows, ()),),
        recipe=(Line("training.learning_rate", (5e-05, 1e-4, 1e-4)), Line("data.text", ("text", HOSTILE, None))),
        surroundings=(Line("versions.tensorflow", ("2.20.0", "2.21.0", None)),),
        resources=(Line("training_seconds", (91.0, 60.5, None)), Line("peak_memory_mib", (2498, 2301, None))),
        f1_by_label=(Line("a", (0.9, 0.91, None)), Line("b [red]<i>", (0.8, 0.95, None))),
    )
