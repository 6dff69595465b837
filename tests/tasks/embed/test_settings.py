import pytest

from bert_tf.errors import RecipeError
from bert_tf.evaluation.hard_negatives import Mining
from bert_tf.tasks.embed.network import EmbedNetwork
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tasks.table import TASKS


def recipe(**changes):
    return load_recipe("bbc-headlines", {key.replace("__", "."): value for key, value in changes.items()})


def test_the_recipes_words_are_the_networks():
    found = recipe(embed__temperature=0.02, embed__dimensions=[64, 32])
    assert TASKS["embed"].network(found, {}) == EmbedNetwork(0.02, True, (64, 32))


@pytest.mark.parametrize(
    ("key", "value"), [("temperature", 0), ("dimensions", [0]), ("negative", ""), ("positive", "label")]
)
def test_values_out_of_range_are_refused(key, value):
    with pytest.raises(RecipeError, match=f"embed.{key}"):
        recipe(**{f"embed__{key}": value})


@pytest.mark.parametrize("dimensions", [[32, 64], [64, 64]])
def test_dimensions_are_each_written_once_the_largest_first(dimensions):
    with pytest.raises(RecipeError, match="write each once, the largest first"):
        recipe(embed__dimensions=dimensions)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("data.text_pair", "opening", "embed reads single texts"),
        ("data.labels", ["a", "b"], "which has no place in a list"),
        ("data.merge_labels", True, "which is taken as it is"),
        ("model.dropout", 0.1, "has no head"),
        ("text.long_texts", "windows", "cuts long ones"),
    ],
)
def test_what_only_other_tasks_can_do_is_refused(key, value, told):
    with pytest.raises(RecipeError, match=told) as problem:
        TASKS["embed"].target(load_recipe("bbc-headlines", {key: value}))
    assert problem.value.where == key


def test_what_chooses_the_best_epoch():
    assert recipe(training__monitor=None).training.monitor == "validation.recall_at_1"


def test_when_hard_negatives_are_mined():
    assert TASKS["embed"].mining(recipe()) is None
    assert TASKS["embed"].mining(recipe(embed__mine_every=2, embed__mine_margin=0.1)) == Mining(2, 0.1)


def test_a_label_names_no_wrong_text():
    with pytest.raises(RecipeError, match="has none: use mine_every"):
        recipe(embed__positive="same label", embed__negative="wrong")
