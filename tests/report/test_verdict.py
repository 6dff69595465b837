import numpy as np
import pytest
from drawn_rows import labels_of, logits_of, measure

from bert_tf.evaluation.paired import paired_difference
from bert_tf.report.verdict import Reference, against_reference, headline, headline_without_rows, unfinished
from bert_tf.tasks.classify.comparison import WORDS
from bert_tf.tasks.classify.measures import ACCURACY


def test_the_headline_has_the_score_its_interval_and_the_baseline(drawn):
    rows = drawn(right=1.0)
    found = measure(test=rows)
    right = np.mean(logits_of(rows).argmax(-1) == labels_of(rows))
    said = headline(found, "guessing would score 0.5000")
    assert said.startswith(f"Test accuracy is {right:.4f} on 200 texts (95% interval ")
    assert said.endswith("); guessing would score 0.5000.")
    assert found.score.low <= right <= found.score.high


def test_the_headline_of_scores_alone():
    said = headline_without_rows({"accuracy": 0.875, "examples": 1000}, "validation", ACCURACY)
    assert said == "Validation accuracy is 0.8750 on 1,000 texts."


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [(90, 40, "It is better than"), (40, 90, "It is worse than"), (52, 50, "It is not significantly different from")],
)
def test_the_reference_is_judged_by_the_test(first, second, verdict):
    ours, theirs = ((np.arange(100) < right).astype(float) for right in (first, second))
    said = against_reference(Reference("runs/a/b", paired_difference(ours, theirs)), WORDS)
    assert said.startswith(f"{verdict} the reference runs/a/b: accuracy differs by {(first - second) / 100:+.4f} (95%")
    assert "McNemar's exact test" in said
    assert said.endswith(" in the reference only).")


def test_the_baseline_is_called_so():
    ours, theirs = ((np.arange(100) < right).astype(float) for right in (90, 40))
    said = against_reference(Reference("runs/a/b", paired_difference(ours, theirs), called="the baseline"), WORDS)
    assert said.startswith("It is better than the baseline runs/a/b: accuracy differs by +0.5000 (95%")
    assert said.endswith("; 50 texts right in this run only, 0 in the baseline only).")


def test_a_reference_that_cannot_be_compared_says_why():
    said = against_reference(Reference("runs/a/b", problem="There is no run runs/a/b."), WORDS)
    assert said == "It could not be compared with the reference runs/a/b: There is no run runs/a/b."


def test_an_unfinished_run_says_how_far_it_came():
    assert unfinished("stopped", epochs_done=1, epochs=3) == ("This run was stopped: 1 of 3 epochs done, no score yet.")
    assert unfinished("failed", epochs_done=0, epochs=1) == "This run failed: 0 of 1 epoch done, no score yet."
