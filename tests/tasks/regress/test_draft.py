import math
from collections import Counter

import pytest

from bert_tf.data.rows import Header, Row
from bert_tf.data.survey import survey_columns
from bert_tf.drafting.check_file import CheckedFile
from bert_tf.drafting.new_recipe import new_recipe
from bert_tf.errors import DataError
from bert_tf.tasks.classify.draft import ClassifyDraft
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tasks.regress.draft import RegressDraft

DRAFT = RegressDraft()
FRACTIONS = [str(number / 4) for number in range(20)]


def column(name, values):
    (found,) = survey_columns([Header("a.csv", (name,)), *(Row(n, {name: value}) for n, value in enumerate(values, 1))])
    return found


def certainty(name, values, *, draft=DRAFT, is_given=False):
    return draft.guess([column(name, values)], file="a.csv", is_given=is_given).certainty


def test_fractions_are_numbers_and_whole_ones_with_a_telling_name():
    assert DRAFT.could_be(column("x", FRACTIONS))
    assert DRAFT.could_be(column("price", list(map(str, range(20)))))
    assert not DRAFT.could_be(column("x", list(map(str, range(20)))))
    assert not DRAFT.could_be(column("label", list(map(str, range(20)))))
    assert not DRAFT.could_be(column("confidence", FRACTIONS))
    assert not DRAFT.could_be(column("score", ["0.5", "1.5"] * 5))
    assert DRAFT.could_be(column("score", [*FRACTIONS, "many"]))
    assert not DRAFT.could_be(column("score", [*FRACTIONS, "many", "few"]))


@pytest.mark.parametrize("values", [["1", "2", "3", "4", "5"] * 4, ["yes", "no", "so-so"] * 5])
def test_few_values_are_names_of_labels_first(values):
    """Of stars from 1 to 5, and of names, `classify` is the more certain."""
    classify = certainty("rating", values, draft=ClassifyDraft())
    assert classify > (certainty("rating", values) if DRAFT.could_be(column("rating", values)) else -math.inf)


def test_what_the_user_says_is_a_label_is_one_if_it_can_be_read():
    assert certainty("x", list(map(str, range(20))), is_given=True) == -math.inf
    assert certainty("x", FRACTIONS, is_given=True) > -math.inf
    with pytest.raises(DataError, match="looks like numbers"):
        certainty("x", ["a", "b", "c"], is_given=True)


def test_what_is_told_of_numbers():
    train = CheckedFile(labels=Counter({-1.0: 2, 0.5: 1, 1.0: 1}))
    assert DRAFT.described(train) == "a number from -1 to 1"
    finding = DRAFT.finding(train)
    assert (finding.guess, finding.reason) == ("-1 to 1", "mean -0.125, median -1")
    assert DRAFT.label_entries({"train": train}) == []
    assert DRAFT.settings(train) == {}
    assert DRAFT.target(["x"], {}, text="text").columns == ("x",)


def test_outliers_propose_another_loss():
    train = CheckedFile(labels=Counter({0.0: 50, 1.0: 50, 100.0: 1}))
    ((entry,),) = DRAFT.settings(train).values()
    assert (entry.key, entry.value, entry.is_on) == ("loss", "huber", False)
    assert "suggests loss" in DRAFT.notes({"train": train})[0]


def test_a_recipe_for_a_file_of_numbers_is_drafted_and_accepted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = [f"The film number {number} is all right,{number / 8}" for number in range(60)]
    (tmp_path / "films.csv").write_text("\n".join(["text,stars", *lines, "One that is not rated,none", ""]))
    _, draft = new_recipe("films", {"train": "films.csv"}, named={})
    recipe = load_recipe("films")
    assert (recipe.task, recipe.data.label, recipe.settings.loss) == ("regress", "stars", "mse")
    assert recipe.description == "stars of text, a number from 0 to 7.375."
    assert any("stars is 'none', a word for a missing value" in note for note in draft.notes)
    assert recipe.data.on_bad_row == "skip"


def test_decimal_commas_are_found_and_read(tmp_path, monkeypatch):
    """As Excel writes a sheet in most of Europe; the numbers are no lists of labels between commas."""
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"Das ist Satz Nummer {number};{number % 5},{number % 7}\n" for number in range(40))
    (tmp_path / "a.csv").write_text("Satz;Wert\n" + rows, "utf-8-sig")
    path, draft = new_recipe("a", {"train": "a.csv"}, named={}, path=None)
    recipe = load_recipe(str(path))
    assert (recipe.task, recipe.settings.decimal) == ("regress", ",")
    assert next(found.guess for found in draft.findings if found.subject == "numbers") == "0 to 4.6"


@pytest.mark.parametrize(("written", "meant"), [("{}%", "0 for '0%'"), ("${},200.50", "0200.50 for '$0,200.50'")])
def test_numbers_with_units_are_refused_by_their_name(tmp_path, monkeypatch, written, meant):
    monkeypatch.chdir(tmp_path)
    rows = "".join(f'This is text {number},"{written.format(number)}"\n' for number in range(40))
    (tmp_path / "a.csv").write_text("text,price\n" + rows)
    with pytest.raises(DataError, match="The numbers in column 'price' of a.csv are written with units") as caught:
        new_recipe("a", {"train": "a.csv"}, named={}, path=None)
    assert meant in str(caught.value)


def test_words_for_missing_values_hide_no_numbers():
    assert DRAFT.could_be(column("score", [*FRACTIONS, *["n/a", "-", "NaN", "NULL"] * 5]))
    assert not DRAFT.could_be(column("score", ["0.5", *["nan"] * 20, *["NA", "null"] * 5]))
