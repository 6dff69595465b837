import pytest

from bert_tf.errors import RecipeError
from bert_tf.recipe.few_shot import FewShot
from bert_tf.recipe.load_recipe import resolved_toml
from bert_tf.tasks.recipes import load_recipe

RECIPES = {"regress": "tweet-confidence", "tag": "ner-emerging", "embed": "bbc-headlines"}


def test_a_recipe_without_the_table_asks_for_nothing(tmp_path):
    recipe = load_recipe("bbc-news")
    assert (recipe.shots.per_label, recipe.shots.steps) == (None, 0)
    (tmp_path / "bbc-news.toml").write_text(resolved_toml(recipe))
    assert load_recipe(str(tmp_path / "bbc-news.toml")) == recipe


@pytest.mark.parametrize("recipe", ["bbc-news", "emotions"])
def test_a_key_of_the_table_asks_for_it(recipe):
    shots = load_recipe(recipe, {"few_shot.per_label": 16}).shots
    assert shots == FewShot(per_label=16)
    assert shots.steps > 0


def test_validation_rows_and_folds_exclude_each_other():
    with pytest.raises(RecipeError) as caught:
        load_recipe("few-shot-topics", {"few_shot.folds": 5, "data.validation": 0.1})
    (told,) = caught.value.problems
    assert "few_shot.folds takes the place of data.validation, and both are set; remove one of them" in told


@pytest.mark.parametrize("task", RECIPES)
def test_tasks_without_labels_in_common_refuse_the_table(task):
    with pytest.raises(RecipeError) as caught:
        load_recipe(RECIPES[task], {"few_shot.per_label": 8})
    assert list(caught.value.problems) == [
        f'few_shot: a table of the tasks "classify" and "multilabel", but task is "{task}"; remove the table'
    ]
    assert load_recipe(RECIPES[task]).shots.steps == 0
