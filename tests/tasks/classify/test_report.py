import numpy as np
from drawn_rows import labels_of, logits_of

from bert_tf.tasks.classify.report import ClassifyReport


def test_mistakes_are_explained_first_each_by_its_predicted_label(contents, drawn):
    rows = drawn(300, right=0.5)
    predicted = logits_of(rows).argmax(-1)
    targets = ClassifyReport().rows_to_explain(contents(rows).found)
    assert len(targets) == 20
    assert all(target == predicted[row] for row, target in targets.items())
    wrong = [predicted[row] != labels_of(rows)[row] for row in targets]
    assert wrong == [True] * 10 + [False] * 10


def test_what_a_run_without_answers_says(contents, drawn):
    kept = contents(drawn()).found.metrics
    said = ClassifyReport().sections(contents(None, metrics={"test": kept}))
    assert said.headline == f"Test accuracy is {kept['accuracy']:.4f} on 200 texts."
    assert [(section.id, section.link) for section in said.results] == [("labels", "Labels")]
    assert (said.cards, said.texts, said.details) == ((), (), ())


def test_what_a_run_with_answers_says(contents, drawn):
    rows = drawn()
    said = ClassifyReport().sections(contents(rows))
    majority = np.bincount(labels_of(rows)).max() / 200
    assert said.headline.endswith(f" would score {majority:.4f}.")
    assert [card.name for card in said.cards] == ["Weakest label", "Calibration error", "Log loss"]
    assert [section.id for section in (*said.results, *said.details)] == ["labels", "confidence"]
    assert [len(group.examples) for group in said.texts] == [10, 10]
    wrong = [example.answer.wrong for example in said.texts[0].examples]
    assert all(each.startswith("expected ") for each in wrong)
    assert not any(example.answer.wrong for example in said.texts[1].examples)


def test_the_terminal_has_a_row_for_each_label(contents, drawn):
    (table,) = ClassifyReport().tables(contents(drawn()).found.metrics)
    assert table.row_count == 3
