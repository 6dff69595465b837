"""Each mistake in a recipe of several heads is told in a sentence."""

import tomllib

import pytest
from pydantic import ValidationError

from bert_tf.recipe.json_schema import recipe_json_schema
from bert_tf.recipe.load_recipe import resolved_toml
from bert_tf.recipe.recipe_problems import problems_of
from bert_tf.tasks.multitask.heads import figures_of, heads_of, part_of, recipe_of, with_name
from bert_tf.tasks.recipes import RECIPES, load_recipe, make_recipe
from bert_tf.tasks.table import TASKS, judge_of, task_of, task_of_manifest

MOOD = {"name": "mood", "task": "classify", "label": "mood"}
STARS = {"name": "stars", "task": "regress", "label": "stars", "regress": {"loss": "huber"}}


def recipe(*heads, **tables):
    return make_recipe(values(*heads, **tables))


def values(*heads, **tables):
    own = {"heads": list(heads)}
    return {"name": "a", "task": "multitask", "data": {"source": "files"}, "multitask": own, **tables}


def test_a_resolved_recipe_loads_to_an_equal_one():
    found = recipe(MOOD, STARS)
    assert make_recipe(tomllib.loads(resolved_toml(found))) == found
    assert (found.training.monitor, found.tuning.objective) == ("validation.mood.loss", "validation.mood.accuracy")
    assert recipe(STARS, MOOD).training.monitor == "validation.stars.mae"


def test_a_head_has_a_recipe_of_its_own():
    found = recipe({**MOOD, "labels": ["bad", "good"]}, STARS)
    mood, stars = (recipe_of(head, found) for head in heads_of(found.settings.model_dump(mode="json"), TASKS))
    assert (mood.task, mood.data.label, mood.data.labels) == ("classify", "mood", ("bad", "good"))
    assert (stars.task, stars.data.label, stars.data.labels, stars.settings.loss) == ("regress", "stars", None, "huber")


@pytest.mark.parametrize(
    "heads, told",
    [
        ([], "multitask: there are no heads; add a table [[multitask.heads]] with name, task and label for each"),
        ([MOOD, {**STARS, "name": "mood"}], "multitask: two heads are called mood; give each a name of its own"),
        (
            [{"name": "words", "task": "tag"}],
            "multitask.heads: the head words can't be of the task tag: a head reads a whole text and has a loss of "
            "each row by itself, as classify, multilabel, regress do",
        ),
        (
            [{"name": "words", "task": "embed"}],
            "multitask.heads: the head words can't be of the task embed: a head reads a whole text and has a loss of "
            "each row by itself, as classify, multilabel, regress do",
        ),
        (
            [MOOD, {**STARS, "label": "mood"}],
            "multitask: the heads mood and stars both read the column 'mood', one as classify, the other as regress; "
            "give one of them another column",
        ),
        (
            [{**MOOD, "regress": {}}],
            "multitask.heads: the head mood is of the task classify, but has a table regress; remove it",
        ),
        ([{**MOOD, "name": "a.b"}], 'multitask.heads.1.name: found "a.b"; allowed: a letter, and letters, digits and _ '
         "behind it"),
        ([{**MOOD, "name": "examples"}], "multitask.heads: the head can't be called examples, which metrics.json has "
         "already"),
        ([MOOD, {**STARS, "labl": "x"}], "multitask.heads.2.labl: unknown key; did you mean label?"),
        (
            [{**MOOD, "classify": {"label_smoothing": 1.5}}],
            "multitask.heads.1.classify.label_smoothing: found 1.5; allowed: a number at least 0 and below 1",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(heads, told):
    with pytest.raises(ValidationError) as caught:
        recipe(*heads)
    assert problems_of(caught.value, values(*heads), RECIPES)[0].removeprefix(": ") in (told, told.partition(": ")[2])


def test_a_monitor_is_a_measure_of_a_head():
    training = {"monitor": "validation.loss"}
    with pytest.raises(ValidationError) as caught:
        recipe(MOOD, training=training)
    (told,) = problems_of(caught.value, values(MOOD, training=training), RECIPES)
    assert told.endswith('allowed: "validation.mood.loss" | "validation.mood.accuracy" | "validation.mood.macro_f1"')


def test_the_schema_has_the_heads_and_their_tables():
    head = recipe_json_schema(RECIPES)["properties"]["multitask"]["properties"]["heads"]["items"]["properties"]
    assert {"name", "task", "label", "weight", "classify", "regress", "multilabel"} <= set(head)
    assert head["regress"]["properties"]["loss"]["enum"] == ["mse", "huber", "mae"]


def test_heads_of_what_is_none():
    assert heads_of({"heads": "two"}, TASKS) == heads_of({}, TASKS) == heads_of({"heads": [{"name": 3}]}, TASKS) == ()


def test_parts_of_a_whole():
    assert part_of("mood", with_name("mood", {"logits": 1}) | {"moody.logits": 2}) == {"logits": 1}
    figures = {"mood.accuracy": 0.5, "mood": {"examples": 3}, "truncated_share": 0.0, "examples": 9}
    assert figures_of("mood", figures) == {"accuracy": 0.5, "examples": 3, "truncated_share": 0.0}
    assert figures_of("stars", figures) == {}


def test_what_a_run_is_judged_by():
    assert judge_of({"task": "multitask", "multitask.heads": [MOOD, STARS]}).key == "mood.accuracy"
    assert judge_of({"task": "divine"}) is None
    manifest = {"task": "multitask", "heads": [STARS]}
    assert task_of_manifest(manifest).followed[0].key == "stars.mae"


@pytest.mark.parametrize(
    "name, judged_by",
    [
        ("airline-sentiment-reason", "accuracy"),
        ("tweet-sentiment-confidence", "accuracy"),
        ("finance-monitor", "mae"),
    ],
)
def test_recipes_come_with_it(name, judged_by):
    assert len(heads_of(load_recipe(name).settings.model_dump(), TASKS)) == 2
    assert task_of(load_recipe(name)).followed[0].key == f"sentiment.{judged_by}"
