from collections import Counter

import pytest

from bert_tf.data.rows import Header, Row
from bert_tf.data.survey import survey_columns
from bert_tf.drafting.check_file import CheckedFile
from bert_tf.drafting.guess import guess_roles
from bert_tf.drafting.new_recipe import new_recipe
from bert_tf.errors import DataError
from bert_tf.tasks.embed.draft import EmbedDraft
from bert_tf.tasks.recipes import load_recipe

DRAFT = EmbedDraft()


def columns(**cells):
    """Twenty rows; a cell with {} has another text in each."""
    names = tuple(cells)
    rows = [Row(row, {name: cell.format(row) for name, cell in cells.items()}) for row in range(1, 21)]
    return survey_columns([Header("a.csv", names), *rows])


@pytest.mark.parametrize(
    ("text", "label"),
    [("question", "answer"), ("anchor", "positive"), ("query", "passage"), ("frage", "antwort"), ("Title", "Document")],
)
def test_two_columns_of_texts_are_pairs(text, label):
    found = guess_roles(columns(**{text: "what about {}", label: "this is {} as such"}), file="a.csv")
    assert (found.task, found.text, found.labels) == ("embed", text, (label,))


def test_a_hard_negative_is_found():
    made = columns(anchor="what about {}", positive="this is {}", negative="that was {}")
    found = guess_roles(made, file="a.csv")
    assert (found.task, found.labels, found.settings) == ("embed", ("positive", "negative"), {"negative": "negative"})


@pytest.mark.parametrize(
    "cells",
    [
        {"question": "what about {}", "answer": "this is {}", "label": "yes"},
        {"question": "what about {}", "answer": "yes"},
        {"question": "what about {}", "answer": "{}"},
        {"question": "what about {}", "notes": "this is {}"},
        {"id": "{}", "answer": "this is {}"},
    ],
)
def test_labels_numbers_and_other_names_are_no_pairs(cells):
    with pytest.raises(DataError, match="look like texts that belong together"):
        DRAFT.guess(columns(**cells), file="a.csv", is_given=False)


def test_what_the_user_says_is_taken_if_it_is_called_so_and_has_texts():
    made = columns(question="what about {}", answer="this is {}", notes="this is {}", positive="{}")
    assert DRAFT.guess(made[1:2], file="a.csv", is_given=True).columns == ("answer",)
    for other in made[2:]:
        with pytest.raises(DataError, match="belong together"):
            DRAFT.guess([other], file="a.csv", is_given=True)


def test_what_is_told_of_pairs():
    train = CheckedFile(labels=Counter({(b"a",): 2, (b"b",): 1}))
    assert DRAFT.described(train) == "2 texts to find"
    assert DRAFT.finding(train)[:] == ("texts to find", "2", "in 3 rows")
    assert (DRAFT.label_entries({"train": train}), DRAFT.settings(train), DRAFT.notes({"train": train})) == ([], {}, [])
    many = CheckedFile(labels=Counter({(b"a",): 2000}))
    assert "training.micro_batch_size" in DRAFT.notes({"train": many})[0]


def test_a_recipe_for_a_file_of_pairs_is_drafted_and_accepted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = [f"Where is number {row}?,It is in room {row * 7} as ever.,It is lost for {row} days." for row in range(60)]
    (tmp_path / "help.csv").write_text("\n".join(["question,answer,negative", *lines, ",nothing,at all"]))
    new_recipe("help", {"train": "help.csv"}, named={})
    recipe = load_recipe("help")
    assert (recipe.task, recipe.data.text, recipe.data.label) == ("embed", "question", "answer")
    assert recipe.settings.negative == "negative"
    assert recipe.data.on_bad_row == "skip"
    assert "60 texts to find" in recipe.description
