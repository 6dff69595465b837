"""Rows and runs for the pages: any number of labels, and texts that a page and a terminal must not obey."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))  # drawn_rows.py stands beside the tests

from drawn_rows import contents, drawn

from bert_tf.evaluation.paired import Paired
from bert_tf.report.compared_runs import Answer, Breakdown, ComparedRun, Disagreement, Line, Pairing, Score
from bert_tf.report.comparison import Comparison
from bert_tf.tasks.classify.comparison import WORDS
from bert_tf.tasks.classify.measures import FOLLOWED

__all__ = ["contents", "drawn"]

HOSTILE = "<script>document.title = 'taken over'</script><img src=x onerror=\"document.title = 'taken over'\">"


@pytest.fixture
def comparison() -> Comparison:
    """Run 2 is paired with run 1; run 3 was stopped."""
    epochs = tuple({"val_loss": 0.5 / epoch, "val_accuracy": 0.8} for epoch in (1, 2))
    scores = {"accuracy": Score(0.9, 0.88, 0.92), "macro_f1": Score(0.89, 0.87, 0.91), "log_loss": Score(0.3)}
    said = (Answer("b [red]<i>", 0.75, "0.7500", True), Answer("a", 0.66, "0.6600", False))
    rows = tuple(
        Disagreement(row, f"rows [1].csv:{row + 2}", text, pair, "b [red]<i>", *said)
        for row, text, pair in (
            (41, f"{HOSTILE} [bold]marked\x1b[31m up[/bold]", None),
            (7, "first\nsecond " + "word " * 200 + "the end", "the second text"),
        )
    )
    return Comparison(
        split="test",
        measures=FOLLOWED,
        words=WORDS,
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
        breakdown=Breakdown("label", "F1", (Line("a", (0.9, 0.91, None)), Line("b [red]<i>", (0.8, 0.95, None)))),
    )
