import tomllib

import pytest

from bert_tf.data.survey import Column
from bert_tf.errors import DataError
from bert_tf.recipe.commented_toml import Entry, draft_toml
from bert_tf.tasks.table import TASKS


def column(name, *values):
    found = Column(name)
    for value in values * 5:
        found.add(value)
    return found


def test_columns_that_are_called_labels_are_heads():
    columns = [
        column("text", "one", "two"),
        column("label_mood", "good", "bad"),
        column("stars-label", "1.5", "2.5", "4.0"),
    ]
    guess = TASKS["multitask"].draft().guess(columns, file="a.csv", is_given=False)
    assert guess.columns == ("label_mood", "stars-label")
    assert [(head["name"], head["task"]) for head in guess.settings["heads"]] == [
        ("mood", "classify"),
        ("stars", "regress"),
    ]
    assert guess.certainty > TASKS["classify"].draft().guess(columns, file="a.csv", is_given=False).certainty


def test_one_such_column_is_not_enough():
    with pytest.raises(DataError, match="No two columns of a.csv are called"):
        TASKS["multitask"].draft().guess([column("label_mood", "good", "bad")], file="a.csv", is_given=False)


@pytest.mark.parametrize("length", [1, 200])
def test_a_list_of_tables_stands_in_its_table(length):
    heads = [{"name": "a" * length, "label": "b"}, {"name": "c" * length}]
    written = draft_toml([], {"multitask": [Entry("loss_weights", "fixed"), Entry("heads", heads)]})
    assert tomllib.loads(written) == {"multitask": {"loss_weights": "fixed", "heads": heads}}
