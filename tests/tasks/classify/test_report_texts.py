import numpy as np
from drawn_rows import labels_of, logits_of

from bert_tf.tasks.classify.measured_labels import measured_labels, probabilities_of
from bert_tf.tasks.classify.report_texts import all_mistakes, doubtful_labels, label_errors, rows_to_read


def test_the_most_confident_mistakes_and_the_least_confident_hits(drawn):
    rows = drawn(300, right=0.5)
    right = logits_of(rows).argmax(-1) == labels_of(rows)
    surest = probabilities_of(rows.answers).max(-1)
    mistakes, hits = rows_to_read(rows.answers)
    assert not right[mistakes].any()
    assert right[hits].all()
    assert surest[mistakes].min() >= np.sort(surest[~right])[-10]
    assert surest[hits].max() <= np.sort(surest[right])[9]


def test_every_mistake_can_be_taken_away(contents, drawn):
    rows = drawn(300, right=0.5)
    made = contents(rows)
    table = all_mistakes(measured_labels(made, made.found))
    wrong = np.flatnonzero(logits_of(rows).argmax(-1) != labels_of(rows))
    assert (table.name, table.left_out) == ("mistakes.csv", "")
    assert list(table.columns) == ["place", "label", "predicted", "score", "text"]
    assert sorted(row[0] for row in table.rows) == sorted(rows.place(int(row)) for row in wrong)
    scores = [row[3] for row in table.rows]
    assert scores == sorted(scores, reverse=True)


def test_doubtful_labels_of_both_splits(drawn):
    test, validation = drawn(300, right=0.9), drawn(200, right=0.9, seed=1)
    errors = label_errors({"validation": validation, "test": test})
    assert {error["split"] for error in errors} == {"validation", "test"}
    assert all(error["label"] != error["predicted"] for error in errors)
    table = doubtful_labels(errors)
    assert list(table.columns) == ["place", "split", "label", "predicted", "score", "text"]
    assert [row[0] for row in table.rows] == [error["place"] for error in errors]
