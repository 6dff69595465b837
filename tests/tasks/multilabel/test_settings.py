import pytest
from pydantic import ValidationError

from bert_tf.errors import RecipeError
from bert_tf.tasks.multilabel.settings import MultilabelSettings
from bert_tf.tasks.recipes import make_recipe
from bert_tf.tasks.table import TASKS


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"format": "xml"}, "format"),
        ({"separator": ""}, "separator"),
        ({"columns": []}, "columns"),
        ({"columns": ["a", "a"]}, "columns has duplicate entries"),
        ({"columns": ["a", "b"], "names_file": "x.txt"}, "remove names_file"),
        ({"columns": ["a", "b"], "separator": ";"}, "remove separator, or columns"),
        ({"columns": ["a", "b"], "format": "json"}, "remove format, or columns"),
        ({"format": "json", "separator": ";"}, "remove separator, or format"),
        ({"positive_weights": "equal"}, "positive_weights"),
        ({"positive_weights": {"a": 0.0}}, "positive_weights"),
    ],
)
def test_refused(values, words):
    with pytest.raises(ValidationError, match=words):
        MultilabelSettings.model_validate(values)


@pytest.mark.parametrize(
    ("key", "value"),
    [("positive_weights", "balanced"), ("positive_weights", {"a": 3.0}), ("separator", ";"), ("columns", ("a", "b"))],
)
def test_taken(key, value):
    assert getattr(MultilabelSettings.model_validate({key: value}), key) == value


def test_all_keys_of_a_run_are_taken_again():
    written = MultilabelSettings.model_validate({"columns": ("a", "b")}).model_dump(exclude_none=True)
    assert MultilabelSettings.model_validate(written).columns == ("a", "b")


@pytest.mark.parametrize(("key", "value"), [("labels", ["a", "b"]), ("merge_labels", True)])
def test_columns_name_the_labels_themselves(key, value):
    data = {"source": "files", "train": "a.csv", key: value}
    recipe = make_recipe({"name": "r", "task": "multilabel", "data": data, "multilabel": {"columns": ["a", "b"]}})
    with pytest.raises(RecipeError, match=f"names of its columns(.|\n)*data.{key}"):
        TASKS["multilabel"].target(recipe)
