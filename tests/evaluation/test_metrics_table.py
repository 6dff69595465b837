import io

import numpy as np
from rich.console import Console

from bert_tf.evaluation.metrics_table import leaked_line, metrics_line, metrics_table
from bert_tf.evaluation.split_metrics import Answers, split_metrics
from bert_tf.tasks.classify.measures import FOLLOWED
from bert_tf.tasks.classify.metrics import ClassifyMetrics


def test_table_shows_the_figures():
    answers = Answers(np.array([0, 0, 1]), {"logits": np.eye(2)[[0, 1, 1]]}, ("[/no]", "yes"))
    metrics = split_metrics(ClassifyMetrics(), answers, truncated=np.array([True, False, False]))
    screen = io.StringIO()
    Console(file=screen, width=120).print(metrics_table(metrics))
    shown = screen.getvalue()
    assert "[/no]" in shown
    assert metrics_line("test", metrics, FOLLOWED).startswith("test: accuracy 0.6667 · macro F1 0.6667 · log loss ")
    assert metrics_line("test", metrics, FOLLOWED).endswith(" · 3 examples, 33% truncated")
    assert [cell.strip() for cell in next(line for line in shown.splitlines() if "yes" in line).split("│")[1:-1]] == [
        "yes", "0.5000", "1.0000", "0.6667", "1",
    ]  # fmt: skip


def test_the_line_without_leaked_texts():
    metrics = {"examples": 222}
    assert leaked_line("test", metrics, FOLLOWED) is None
    rest = {"examples": 202, "accuracy": 0.9604, "macro_f1": 0.95, "log_loss": 0.2}
    assert leaked_line("test", {**metrics, "without_leaked": rest}, FOLLOWED) == (
        "test without the 20 texts that also appear in the training set: accuracy 0.9604 · macro F1 0.9500 · "
        "log loss 0.2000 · 202 examples"
    )
    none_left = {**metrics, "without_leaked": {"examples": 0}}
    assert "all 222 texts also appear" in leaked_line("test", none_left, FOLLOWED)
