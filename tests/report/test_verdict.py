import numpy as np
import pytest

from bert_tf.evaluation.paired import paired_difference
from bert_tf.report.measured import measured
from bert_tf.report.verdict import Reference, against_reference, headline, unfinished
from bert_tf.tasks.classify.metrics import ClassifyMetrics


def test_the_headline_has_the_score_its_interval_and_the_majoritys_score(drawn):
    rows = drawn(right=1.0)
    found = measured({"test": rows}, ClassifyMetrics(), train_counts={"cat": 1, "dog": 9, "hen": 2}, max_tokens=128)
    dogs = np.mean(rows.labels == 1)
    right = np.mean(rows.logits.argmax(-1) == rows.labels)
    said = headline(found)
    assert said.startswith(f"Test accuracy is {right:.4f} on 200 texts (95% interval ")
    assert said.endswith(f"always predicting “dog” would score {dogs:.4f}.")
    assert found.accuracy.low <= right <= found.accuracy.high


def test_the_majority_is_that_of_the_rows_where_the_training_rows_are_not_known(drawn):
    rows = drawn()
    found = measured({"test": rows}, ClassifyMetrics(), train_counts={}, max_tokens=128)
    most = np.bincount(rows.labels).argmax()
    assert (found.majority.label, found.majority.accuracy) == (rows.label_names[most], np.mean(rows.labels == most))


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [(90, 40, "It is better than"), (40, 90, "It is worse than"), (52, 50, "It is not significantly different from")],
)
def test_the_reference_is_judged_by_the_test(first, second, verdict):
    ours, theirs = ((np.arange(100) < right).astype(float) for right in (first, second))
    said = against_reference(Reference("runs/a/b", paired_difference(ours, theirs)))
    assert said.startswith(f"{verdict} the reference runs/a/b: accuracy differs by {(first - second) / 100:+.4f} (95%")


def test_a_reference_that_cannot_be_compared_says_why():
    said = against_reference(Reference("runs/a/b", problem="There is no run runs/a/b."))
    assert said == "It could not be compared with the reference runs/a/b: There is no run runs/a/b."


def test_an_unfinished_run_says_how_far_it_came():
    assert unfinished("stopped", epochs_done=1, epochs=3) == ("This run was stopped: 1 of 3 epochs done, no score yet.")
    assert unfinished("failed", epochs_done=0, epochs=1) == "This run failed: 0 of 1 epoch done, no score yet."
