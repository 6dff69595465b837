"""Values of a space that the recipe refuses, alone and in pairs."""

import pytest

from bert_tf.errors import RecipeError
from bert_tf.recipe.space import search_space
from bert_tf.recipe.space_values import own_value, with_values
from bert_tf.tasks.recipes import make_recipe


def recipe(space, *, classify=None, **training):
    tables = {"training": training, "classify": classify or {}, "tuning": {"space": space}}
    return make_recipe({"name": "mine", "task": "classify", "data": {"source": "files", "validation": 0.1}, **tables})


def test_values_are_laid_over_the_recipe():
    changed = with_values(recipe({}, micro_batch_size=8), {"training.epochs": 7, "training.micro_batch_size": None})
    assert changed.training.epochs == 7
    assert changed.training.micro_batch_size is None
    assert changed.training.batch_size == 32


def test_values_that_are_refused():
    with pytest.raises(RecipeError, match=r"doesn't accept training\.epochs = 0") as caught:
        with_values(recipe({}), {"training.epochs": 0})
    assert caught.value.problems == ("training.epochs: found 0; allowed: a whole number at least 1",)


def test_a_pair_that_does_not_go_together():
    space = {"training.batch_size": {"choice": [8, 32]}, "training.micro_batch_size": {"choice": [4, 16]}}
    with pytest.raises(RecipeError) as caught:
        search_space(recipe(space))
    (told,) = caught.value.problems
    assert "training.micro_batch_size: 16 is not valid together with training.batch_size = 8" in told
    assert "separate them with `when`" in told


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


def test_three_that_do_not_go_together():
    space = {
        "text.long_texts": {"choice": ["cut", "windows"]},
        "text.window_overlap": {"choice": [16, 32, 100]},
        "text.max_tokens": {"choice": [64, 128, 256]},
    }
    with pytest.raises(RecipeError) as caught:
        search_space(recipe(space))
    (told,) = caught.value.problems
    # With the recipe's own 128 tokens an overlap of 100 does, and with its own overlap of 32 do 64 tokens.
    assert told.startswith(
        "tuning.space.text.max_tokens: 64 is not valid together with text.long_texts = 'windows' and "
        "text.window_overlap = 100: text: windows of 64 tokens, two of them special, can't overlap by 100"
    )


def test_what_never_comes_together_is_not_held_against_each_other():
    space = {
        "training.epochs": {"choice": [1, 2, 3]},
        "training.batch_size": {"choice": [8, 32], "when": {"training.epochs": [1, 2]}},
        "training.micro_batch_size": {"choice": [4, 16], "when": {"training.epochs": 3}},
    }
    assert len(search_space(recipe(space))) == 3


def test_a_condition_that_two_share_is_looked_at_where_both_count():
    space = {
        "training.epochs": {"choice": [1, 2, 3]},
        "training.batch_size": {"choice": [8, 32], "when": {"training.epochs": [2, 3]}},
        "training.micro_batch_size": {"choice": [4, 16], "when": {"training.epochs": [1, 2]}},
    }
    with pytest.raises(RecipeError) as caught:
        search_space(recipe(space))
    (told,) = caught.value.problems
    assert "training.micro_batch_size: 16 is not valid together with training.batch_size = 8" in told


def test_own_values_are_as_toml_has_them():
    found = recipe({}, profile_steps=[2, 5], classify={"class_weights": {"a": 1.0, "b.c": 2.0}})
    assert own_value(found, "training.profile_steps") == [2, 5]
    assert own_value(found, "classify.class_weights") == {"a": 1.0, "b.c": 2.0}
    assert own_value(found, "classify.class_weights.b.c") == 2.0
    assert own_value(found, "model.dropout") is None


def test_the_weight_of_one_label_leaves_the_others():
    own = {"class_weights": {"a": 1.0, "b.c": 2.0}}
    changed = with_values(recipe({}, classify=own), {"classify.class_weights.b.c": 3.0})
    assert changed.settings.class_weights == {"a": 1.0, "b.c": 3.0}
