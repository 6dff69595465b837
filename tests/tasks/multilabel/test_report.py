import numpy as np

from bert_tf.report.run_page import run_page
from bert_tf.tasks.multilabel.comparison import WORDS
from bert_tf.tasks.multilabel.report import MultilabelReport


def test_mistakes_are_explained_first_each_by_the_label_with_the_largest_loss(contents, drawn):
    rows = drawn(300, noise=2.0)
    expected, logits = rows.answers.expected, rows.answers.outputs["logits"]
    targets = MultilabelReport().rows_to_explain(contents(rows).found)
    wrong = [bool(((logits[row] >= 0) != expected[row]).any()) for row in targets]
    assert wrong == [True] * 10 + [False] * 10
    # The logit that is furthest on the wrong side, or the least on the right one.
    for row, target in targets.items():
        assert target == np.where(expected[row], logits[row], -logits[row]).argmin()


def test_what_a_run_with_answers_says(contents, drawn):
    rows = drawn()
    said = MultilabelReport().sections(contents(rows))
    shares = rows.answers.expected.mean(0)
    assert said.headline.startswith("Test macro F1 is 0.")
    assert said.headline.endswith(f"every label would score {np.mean(2 * shares / (1 + shares)):.4f}.")
    assert [card.name for card in said.cards] == [
        "Weakest label", "Mean average precision", "Labels of a text", "Log loss",
    ]  # fmt: skip
    assert [section.id for section in said.results] == ["labels", "together"]
    assert [len(group.examples) for group in said.texts] == [10, 10]
    assert all(
        "is missing" in each.answer.wrong or "is too much" in each.answer.wrong for each in said.texts[0].examples
    )
    assert not any(each.answer.wrong for each in said.texts[1].examples)


def test_what_a_run_without_answers_says(contents, drawn):
    kept = contents(drawn()).found.metrics
    said = MultilabelReport().sections(contents(None, metrics={"test": kept}))
    assert said.headline == f"Test macro F1 is {kept['macro_f1']:.4f} on 200 texts."
    assert [(section.id, section.link) for section in said.results] == [("labels", "Labels")]
    assert (said.cards, said.texts) == ((), ())


def test_the_whole_page(contents, drawn):
    page = run_page(contents(drawn()), MultilabelReport(), WORDS)
    for part in (
        "Results by label",
        "threshold",
        "Labels that occur together most often",
        "mistakes.csv",
        "Exact match",
    ):
        assert part in page
    # Three scores are functions of sums, and each of them has its interval.
    assert page.count("95% bootstrap interval") == 3
    assert "ccuracy" not in page


def test_rows_without_labels_have_a_page(contents, drawn):
    rows = drawn(40)
    rows.answers.expected[:] = False
    said = MultilabelReport().sections(contents(rows))
    assert [section.id for section in said.results] == ["labels"]


def test_the_terminal_has_a_row_for_each_label(contents, drawn):
    (table,) = MultilabelReport().tables(contents(drawn()).found.metrics)
    assert table.row_count == 3
