from bert_tf.evaluation.metrics_line import leaked_line, metrics_line
from bert_tf.tasks.classify.measures import FOLLOWED


def test_the_line_has_what_is_followed():
    metrics = {"examples": 3, "accuracy": 2 / 3, "macro_f1": 2 / 3, "log_loss": 0.25, "truncated_share": 1 / 3}
    assert metrics_line("test", metrics, FOLLOWED) == (
        "test: accuracy 0.6667 · macro F1 0.6667 · log loss 0.2500 · 3 examples, 33% truncated"
    )


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
    assert "its only text also appears" in leaked_line("test", {**none_left, "examples": 1}, FOLLOWED)
