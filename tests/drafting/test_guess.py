import dataclasses
from collections.abc import Sequence

import pytest

from bert_tf.data.rows import Header, Row
from bert_tf.data.survey import Column, survey_columns
from bert_tf.drafting.guess import guess_roles
from bert_tf.errors import DataError
from bert_tf.tasks.table import TASKS
from bert_tf.tasks.target_draft import Guess


def columns(**values):
    names = tuple(values)
    rows = [Row(n, dict(zip(names, row, strict=True))) for n, row in enumerate(zip(*values.values(), strict=True), 1)]
    return survey_columns([Header("a.csv", names), *rows])


def roles(named=None, **values):
    return guess_roles(columns(**values), file="a.csv", named=named or {})


TEXTS = [f"Ein Satz über Ding Nummer {number}, den jemand schrieb." for number in range(12)]
LABELS = ["gut", "schlecht", "mittel"] * 4
NUMBERS = [str(number) for number in range(12)]


def test_three_columns_of_a_german_file():
    found = roles(nr=NUMBERS, beitrag=TEXTS, stimmung=LABELS)
    assert found.task == "classify"
    assert (found.text, found.labels, found.text_pair, found.weight) == ("beitrag", ("stimmung",), None, None)
    assert found.others == ("nr",)
    assert found.reasons["label"] == "by its name; 3 distinct values, each repeated"


def test_names_that_tell_nothing():
    found = roles(a=LABELS, b=NUMBERS, c=TEXTS)
    assert (found.text, found.labels) == ("c", ("a",))


def test_a_named_label_wins_over_one_with_fewer_values():
    found = roles(text=TEXTS, source=["web", "app"] * 6, label=LABELS)
    assert found.labels == ("label",)
    assert (found.others, found.rivals) == (("source",), ("source",))


def test_where_a_row_comes_from_is_no_label_while_there_is_another():
    assert roles(text=TEXTS, kanal=["web", "app"] * 6, x=LABELS).labels == ("x",)
    assert roles(text=TEXTS, kanal=["web", "app"] * 6, nr=NUMBERS).labels == ("kanal",)


def test_who_named_the_label_hears_of_no_other():
    assert roles({"label": "source"}, text=TEXTS, source=["web", "app"] * 6, label=LABELS).rivals == ()


def test_numbers_are_labels_when_nothing_else_is():
    assert roles(text=TEXTS, x=["0", "1"] * 6).labels == ("x",)
    assert roles(text=TEXTS, year=["2001", "2002"] * 6, kind=LABELS).labels == ("kind",)


def test_fractions_are_no_labels():
    with pytest.raises(DataError, match="No column of a.csv looks like labels"):
        roles(text=TEXTS, price=["0.5", "1.5"] * 6)


def test_the_longer_text_is_the_text():
    found = roles(title=[f"Nummer {n}" for n in range(12)], body=TEXTS, label=LABELS)
    assert (found.text, found.others) == ("body", ("title",))


def test_pairs_go_by_their_names():
    found = roles(premise=TEXTS, hypothesis=TEXTS[::-1], label=LABELS)
    assert (found.text, found.text_pair) == ("premise", "hypothesis")
    assert found.reasons["text_pair"] == "named as the pair of 'premise'"


def test_weight_is_a_number_that_is_called_so():
    weights = ["0.5", "1"] * 6
    assert roles(text=TEXTS, label=LABELS, confidence=weights).weight == "confidence"
    assert roles(text=TEXTS, label=LABELS, price=weights).weight is None
    assert roles(text=TEXTS, label=LABELS, weight=["-1", "1"] * 6).weight is None


def test_what_the_user_names_is_taken():
    found = roles({"text": "title", "label": "source"}, title=NUMBERS, source=["web", "app"] * 6, label=LABELS)
    assert (found.text, found.labels) == ("title", ("source",))
    assert found.reasons["text"] == "given"


@pytest.mark.parametrize(
    "named, values, told",
    [
        ({}, {"text": TEXTS}, "has one column, 'text'"),
        ({}, {"text": TEXTS, "label": ["a"] * 12}, "Every row has the same label, 'a'"),
        ({}, {"text": TEXTS, "label": NUMBERS}, "Each of 12 rows has a different label"),
        ({}, {"text": TEXTS, "label": [""] * 12}, "The label column is empty"),
        ({}, {"a": TEXTS, "b": NUMBERS}, "looks like labels(.|\n)*b: 12 distinct values in 12 rows, numbers"),
        ({}, {"a": NUMBERS, "b": ["0", "1"] * 6}, "No column of a.csv looks like text(.|\n)*--text COLUMN"),
        ({"label": "lable"}, {"text": TEXTS, "label": LABELS}, "no column 'lable'(.|\n)*did you mean 'label'"),
        ({"label": "zzz"}, {"text": TEXTS, "label": LABELS}, "the columns are: text, label"),
        ({"label": "text"}, {"text": TEXTS, "label": LABELS}, "Each of 12 rows has a different label"),
        ({"label": "a", "text": "a"}, {"a": LABELS, "b": LABELS}, "A column is given twice"),
    ],
)
def test_what_cannot_be_guessed_is_a_sentence(named, values, told):
    with pytest.raises(DataError, match=told):
        roles(named, **values)


def test_many_labels_that_repeat_are_labels():
    labels = [f"label {number // 2}" for number in range(24_000)]
    found = roles({"label": "b"}, a=[f"a sentence about thing {number}" for number in range(24_000)], b=labels)
    assert (found.text, found.labels) == ("a", ("b",))


class NumberDraft:
    """A column of numbers with fractions; nothing else is one. It drafts nothing."""

    def guess(self, columns: Sequence[Column], *, file: str, is_given: bool) -> Guess:
        found = [column for column in columns if self.could_be(column)]
        if not found:
            raise DataError("No column holds numbers.")
        return Guess((found[0].name,), 2.0, "numbers")

    def could_be(self, column: Column) -> bool:
        return column.is_numeric and any("." in value for value in column.values)


@pytest.fixture
def two_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = dataclasses.replace(TASKS["classify"], draft=NumberDraft)
    monkeypatch.setattr("bert_tf.drafting.guess.TASKS", {**TASKS, "numbers": numbers})


@pytest.mark.usefixtures("two_tasks")
def test_of_several_guesses_the_most_certain_wins():
    prices = [f"{number}.5" for number in range(12)]
    named, unnamed = roles(text=TEXTS, label=LABELS, price=prices), roles(text=TEXTS, x=LABELS, price=prices)
    assert (named.task, named.labels, named.others, named.rivals) == ("classify", ("label",), ("price",), ())
    assert (unnamed.task, unnamed.labels, unnamed.others) == ("numbers", ("price",), ("x",))
    assert unnamed.reasons["label"] == "numbers"
    assert roles({"label": "x"}, text=TEXTS, x=LABELS, price=prices).task == "classify"
    # Each row has another label, which is nothing to classify by.
    assert roles({"label": "price"}, text=TEXTS, x=LABELS, price=prices).task == "numbers"


@pytest.mark.usefixtures("two_tasks")
def test_where_no_task_guesses_the_first_one_says_why():
    with pytest.raises(DataError, match="No column of a.csv looks like labels"):
        roles(text=TEXTS, nr=NUMBERS)


def test_texts_whose_names_differ_by_a_number_are_a_pair():
    others = [text.upper() for text in TEXTS]
    found = roles(**{"#1 ID": NUMBERS, "#2 ID": NUMBERS, "#1 String": TEXTS, "#2 String": others, "Quality": LABELS})
    assert (found.text, found.text_pair) == ("#1 String", "#2 String")
    assert found.reasons["text_pair"] == "texts too, and named like '#1 String'"
    found = roles(**{"name_a": LABELS, "name_b": LABELS, "text": TEXTS, "label": LABELS})
    assert (found.text, found.text_pair) == ("text", None)


def test_identifiers_are_labels_only_where_nothing_else_is():
    found = roles(reviewerID=["A", "B"] * 6, reviewText=TEXTS, overall=["1", "2", "5"] * 4)
    assert found.labels == ("overall",)
    assert roles(class_id=["A", "B"] * 6, text=TEXTS).labels == ("class_id",)
