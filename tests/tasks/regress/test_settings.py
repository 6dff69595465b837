import pytest

from bert_tf.errors import RecipeError
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tasks.regress.network import RegressNetwork
from bert_tf.tasks.table import TASKS


def test_the_loss_of_the_recipe_is_the_networks():
    recipe = load_recipe("tweet-confidence", {"regress.loss": "huber", "regress.huber_delta": 0.5})
    network = TASKS["regress"].network(recipe, {"mean": 2.0, "std": 0.25})
    assert network == RegressNetwork(2.0, 0.25, "huber", 0.5)


def test_an_unknown_loss_is_told_with_the_nearest():
    with pytest.raises(RecipeError, match=r"regress.loss(.|\n)*huber"):
        load_recipe("tweet-confidence", {"regress.loss": "hubert"})
    with pytest.raises(RecipeError, match="regress.huber_delta"):
        load_recipe("tweet-confidence", {"regress.huber_delta": 0})


@pytest.mark.parametrize(("key", "value"), [("data.labels", ["a", "b"]), ("data.merge_labels", True)])
def test_numbers_have_no_names(key, value):
    with pytest.raises(RecipeError, match=f"Labels of this recipe are numbers(.|\n)*{key}"):
        TASKS["regress"].target(load_recipe("tweet-confidence", {key: value}))


def test_keys_of_another_task_are_refused():
    with pytest.raises(RecipeError, match="classify"):
        load_recipe("tweet-confidence", {"classify.label_smoothing": 0.1})


def test_what_chooses_the_best_epoch():
    assert load_recipe("tweet-confidence", {"training.monitor": None}).training.monitor == "validation.mae"
    with pytest.raises(RecipeError, match="validation.mae"):
        load_recipe("tweet-confidence", {"training.monitor": "validation.loss"})
