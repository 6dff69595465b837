import io

from rich.console import Console

from bert_tf.report.run_page import run_page
from bert_tf.tasks.tag.comparison import WORDS
from bert_tf.tasks.tag.report import TagReport

EXPECTED = ["B-PER I-PER O", "O B-LOC", "O O O", "B-LOC"] * 10
PREDICTED = ["B-PER O O", "O B-LOC", "O O B-PER", "B-PER"] * 10


def test_mistakes_are_explained_first_each_by_the_type_that_is_wrong(contents, predictions):
    targets = TagReport().rows_to_explain(contents(predictions(EXPECTED, PREDICTED)).found)
    kinds = [row % 4 for row in targets]
    assert set(kinds[:10]) <= {0, 2, 3}
    assert kinds[10:] == [1] * 10
    wanted = {0: 1, 1: 0, 2: 1, 3: 0}
    assert {row: wanted[row % 4] for row in targets} == targets


def test_what_a_run_with_answers_says(contents, predictions):
    said = TagReport().sections(contents(predictions(EXPECTED, PREDICTED)))
    assert said.headline.startswith("Test entity F1 is 0.2857 on 40 texts")
    assert [card.name for card in said.cards] == ["Weakest type", "Entities", "Recall of unseen entities"]
    assert said.cards[1].value == "30"
    assert said.cards[1].note == "expected; 40 are predicted"
    assert [section.id for section in said.results] == ["types", "errors"]
    mistakes, hits = said.texts
    assert [len(group.examples) for group in said.texts] == [10, 10]
    assert all(each.answer.wrong.startswith("expected ") for each in mistakes.examples)
    assert not any(each.answer.wrong for each in hits.examples)
    assert hits.examples[0].answer.predicted == "b (LOC)"


def test_what_a_run_without_answers_says(contents, predictions):
    kept = contents(predictions(EXPECTED, PREDICTED)).found.metrics
    said = TagReport().sections(contents(None, metrics={"test": kept}))
    assert said.headline == "Test entity F1 is 0.2857 on 40 texts."
    assert [(section.id, section.link) for section in said.results] == [("types", "Types")]


def test_the_whole_page(contents, predictions):
    page = run_page(contents(predictions(EXPECTED, PREDICTED)), TagReport(), WORDS)
    for part in (
        "Results by type", "Kinds of errors", "Entities seen in training, and others", "Most confused types",
        "Words most often wrong", "Mistakes with their entities marked", "mistakes.csv", "Exact match",
    ):  # fmt: skip
        assert part in page
    # What is wrong is marked where it stands, with its type.
    assert '<mark class="for" style="--weight: 0.6">a b <b class="small">PER</b></mark>' in page


def test_rows_without_entities_have_a_page(contents, predictions):
    said = TagReport().sections(contents(predictions(["O O", "O"], ["O O", "O"])))
    assert [card.name for card in said.cards] == ["Entities", "Recall of unseen entities"]
    assert said.cards[1].value == "–"
    assert [group.none for group in said.texts if not group.examples] == [
        "None: in every test text, exactly its entities are found.",
        "None: in no test text with entities, exactly these are found.",
    ]


def test_the_terminal_has_a_row_for_each_type(contents, predictions):
    metrics = contents(predictions(EXPECTED, PREDICTED)).found.metrics
    console = Console(file=io.StringIO(), width=80)
    for table in TagReport().tables(metrics):
        console.print(table)
    (loc,) = [line for line in console.file.getvalue().splitlines() if "LOC" in line]
    assert loc.replace("│", " ").split() == ["LOC", "1.0000", "0.5000", "0.6667", "20", "10"]
