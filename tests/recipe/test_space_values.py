"""Values of a space that the recipe refuses, alone and in pairs."""

import pytest

from bert_tf.errors import RecipeError
from bert_tf.recipe.schema import Recipe
from bert_tf.recipe.space import search_space
from bert_tf.recipe.space_values import with_values


def recipe(space, **training):
    data = {"source": "files", "validation": 0.1}
    return Recipe.model_validate(
        {"name": "mine", "task": "classify", "data": data, "training": training, "tuning": {"space": space}}
    )


def test_values_are_laid_over_the_recipe():
    changed = with_values(recipe({}, micro_batch_size=8), {"training.epochs": 7, "training.micro_batch_size": None})
    assert changed.training.epochs == 7
    assert changed.training.micro_batch_size is None
    assert changed.training.batch_size == 32


def test_values_that_are_refused():
    with pytest.raises(RecipeError, match=r"doesn't accept training\.epochs = 0") as caught:
        with_values(recipe({}), {"training.epochs": 0})
    assert caught.value.problems == ("training → epochs: found 0; allowed: a whole number at least 1",)


def test_a_pair_that_does_not_go_together():
    space = {"training.batch_size": {"choice": [8, 32]}, "training.micro_batch_size": {"choice": [4, 16]}}
    with pytest.raises(RecipeError) as caught:
        search_space(recipe(space))
    (told,) = caught.value.problems
    assert "training.micro_batch_size: 16 doesn't go with training.batch_size = 8" in told
    assert "keep them apart by `when`" in told


def test_a_pair_that_a_condition_keeps_apart():
    space = {
        "training.batch_size": {"choice": [8, 32]},
        "training.micro_batch_size": {"choice": [4, 16], "when": {"training.batch_size": 32}},
    }
    assert len(search_space(recipe(space))) == 2


def test_a_value_is_tried_under_its_own_conditions():
    # 16 is too large for the recipe's own batches of 8, and never meets them.
    space = {
        "training.batch_size": {"choice": [8, 32]},
        "training.micro_batch_size": {"choice": [4, 16], "when": {"training.batch_size": 32}},
    }
    assert len(search_space(recipe(space, batch_size=8))) == 2
