import numpy as np

from bert_tf.report.run_page import run_page
from bert_tf.tasks.regress.comparison import WORDS
from bert_tf.tasks.regress.report import RegressReport


def test_the_largest_errors_are_explained_first(contents, drawn):
    rows = drawn(300)
    errors = np.abs(rows.answers.outputs["value"] - rows.answers.expected)
    targets = RegressReport().rows_to_explain(contents(rows).found)
    assert list(targets)[:10] == np.argsort(-errors, kind="stable")[:10].tolist()
    assert list(targets)[10:] == np.argsort(errors, kind="stable")[:10].tolist()
    assert set(targets.values()) == {0}


def test_few_rows_are_told_once(contents, drawn):
    assert sorted(RegressReport().rows_to_explain(contents(drawn(5)).found)) == [0, 1, 2, 3, 4]


def test_what_a_run_with_answers_says(contents, drawn):
    rows = drawn()
    said = RegressReport().sections(contents(rows))
    mean_error = np.abs(rows.answers.expected - 3.0).mean()
    assert said.headline.startswith("Test mean absolute error is 0.2")
    assert said.headline.endswith(
        f"; always predicting 3, the mean of the training labels, would have {mean_error:.4g}."
    )
    assert [card.name for card in said.cards] == ["Baseline", "Bias"]
    assert [section.id for section in said.results] == ["errors"]
    assert [len(group.examples) for group in said.texts] == [10, 10]
    worst = said.texts[0].examples[0].answer
    assert worst.wrong.startswith("expected ")


def test_what_a_run_without_answers_says(contents, drawn):
    kept = contents(drawn()).found.metrics
    said = RegressReport().sections(contents(None, metrics={"test": kept}))
    assert said.headline == f"Test mean absolute error is {kept['mae']:.4g} on 200 texts."
    assert [(section.id, section.link) for section in said.results] == [("errors", "Errors")]
    assert (said.cards, said.texts) == ((), ())


def test_the_whole_page(contents, drawn):
    page = run_page(contents(drawn()), RegressReport(), WORDS)
    for part in ("Predicted against expected", "Errors by label", "Largest errors", "errors.csv", "R²"):
        assert part in page
    # Each score has its interval, and none is called accuracy.
    assert page.count("95% bootstrap interval") == 5
    assert "ccuracy" not in page


def test_the_terminal_has_a_row_for_each_group_and_the_baseline(contents, drawn):
    (table,) = RegressReport().tables(contents(drawn()).found.metrics)
    assert table.row_count == 7
