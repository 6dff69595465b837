import numpy as np

from bert_tf.tasks.multilabel.measured_sets import measured_sets
from bert_tf.tasks.multilabel.report_findings import measured_findings


def told(made):
    return " ".join(finding.text for finding in measured_findings(measured_sets(made, made.found)))


def test_a_model_that_learnt_nothing_is_said_to_be_no_better_than_a_constant_answer(contents, drawn):
    assert "not significantly better than giving every text every label" in told(contents(drawn(noise=50.0)))
    assert "not significantly better" not in told(contents(drawn(noise=0.5)))


def test_labels_that_no_row_has_are_named(contents, drawn):
    rows = drawn(label_shares=(0.5, 0.0, 0.1))
    rows.answers.expected[:, 2] = False
    said = told(contents(rows))
    assert "No test row has the label “fear”" in said
    assert "No training row has the label “anger”; it can't be learned." in said


def test_thresholds_of_few_rows_are_doubted(contents, drawn):
    assert "validation rows have the label “fear”" in told(contents(drawn(), drawn(30, seed=1)))
    assert "may be off" not in told(contents(drawn(), drawn(300, seed=1)))


def test_validation_rows_chose_their_own_thresholds(contents, drawn):
    assert "thresholds were chosen on the same rows" in told(contents(None, drawn()))


def test_a_weak_label_is_named(contents, drawn):
    rows = drawn(noise=0.5)
    rows.answers.expected[:, 2] = np.random.default_rng(9).random(len(rows)) < 0.3
    assert "much lower for some labels than for the rest: “fear”" in told(contents(rows))
