"""The search space of a recipe: what is accepted, what it comes to, and every mistake told at once."""

import math

import pytest

from bert_tf.errors import RecipeError
from bert_tf.recipe.load_recipe import resolved_toml
from bert_tf.recipe.space import first_bracket, search_space, searchable_keys
from bert_tf.tasks.recipes import load_recipe, make_recipe


def recipe(space, *, tuning=None, **sections):
    return make_recipe(
        {
            "name": "mine",
            "task": "classify",
            "data": {"source": "files", "validation": 0.1, **sections.pop("data", {})},
            "tuning": {"space": space, **(tuning or {})},
            **sections,
        }
    )


def problems(space, **others):
    with pytest.raises(RecipeError) as caught:
        search_space(recipe(space, **others))
    assert caught.value.kind == "recipe"
    return list(caught.value.problems)


RATE = {"training.learning_rate": {"log_uniform": [1e-5, 1e-3]}}


def test_a_space():
    found = search_space(
        recipe(
            {
                "training.warmup": {"uniform": [0, 0.3], "when": {"training.schedule": ["linear", "cosine"]}},
                "training.schedule": {"choice": ["linear", "cosine", "constant"]},
                "training.epochs": {"integer": [1, 4]},
                **RATE,
            }
        )
    )
    # What a condition names stands first.
    assert [parameter.key for parameter in found].index("training.schedule") < [p.key for p in found].index(
        "training.warmup"
    )
    by_key = {parameter.key: parameter for parameter in found}
    assert by_key["training.warmup"].when == {"training.schedule": ("linear", "cosine")}
    assert by_key["training.epochs"].listed == (1, 2, 3, 4)
    assert by_key["training.learning_rate"].listed is None
    assert by_key["training.schedule"].listed == ("linear", "cosine", "constant")


def test_keys_without_quotes_are_the_same(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'task = "classify"\n[data]\nsource = "files"\nvalidation = 0.1\n'
        "[tuning.space]\ntraining.batch_size = { choice = [8, 16] }\nmodel.dropout = { uniform = [0.0, 0.2] }\n"
    )
    assert [parameter.key for parameter in search_space(load_recipe(str(path)))] == [
        "training.batch_size",
        "model.dropout",
    ]


def test_the_resolved_recipe_keeps_the_space(tmp_path):
    first = recipe({**RATE, "training.batch_size": {"choice": [8, 16], "when": {"training.epochs": 1}}})
    (tmp_path / "mine.toml").write_text(resolved_toml(first))
    assert load_recipe(str(tmp_path / "mine.toml")) == first


def test_a_recipe_without_a_space_gets_an_example_that_works(tmp_path):
    bare = 'task = "classify"\n[data]\nsource = "files"\nvalidation = 0.1\n'
    (tmp_path / "mine.toml").write_text(bare)
    with pytest.raises(RecipeError, match=r"has no \[tuning.space\] to search") as caught:
        search_space(load_recipe(str(tmp_path / "mine.toml")))
    (tmp_path / "mine.toml").write_text(bare + caught.value.hint.partition("\n\n")[2])
    assert len(search_space(load_recipe(str(tmp_path / "mine.toml")))) == 2


def test_everything_is_told_at_once():
    found = problems(
        {
            "training.learning_rat": {"log_uniform": [1e-5, 1e-3]},
            "training.warmup": {"uniform": [0.3, 0.1]},
            "training.batch_size": {"choices": [8, 16]},
            "model.dropout": {"log_uniform": [0.0, 0.1]},
        },
        tuning={"algorithm": "hyperband"},
        training={"epochs": 1},
    )
    assert len(found) == 6
    text = "\n".join(found)
    for part in (
        "tuning.space.training.learning_rat: unknown key; did you mean training.learning_rate?",
        "tuning.space.training.warmup: uniform is [0.3, 0.1], in the wrong order; did you mean [0.1, 0.3]?",
        "tuning.space.training.batch_size: choices is unknown; did you mean choice?",
        "tuning.space.training.batch_size: needs one of choice, uniform, log_uniform, integer",
        "tuning.space.model.dropout: log_uniform is [0.0, 0.1], but 0.0 has no logarithm",
        "training.epochs: found 1; hyperband compares runs of few epochs and needs at least tuning.factor, 3",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("key", "values", "told"),
    [
        ("dropout", {"uniform": [0, 0.1]}, "did you mean model.dropout?"),
        ("training", {"choice": [1, 2]}, "a table; use one of its keys, such as training.epochs"),
        ("xyzzy.plugh", {"choice": [1, 2]}, "unknown key; `bert-tf recipes show` lists all"),
        ("tuning.max_trials", {"choice": [1, 2]}, "not searchable"),
        ("name", {"choice": ["a", "b"]}, "not searchable"),
        ("data.validation", {"choice": [0.1, 0.2]}, "the rows that trials are evaluated on"),
        ("data.train", {"choice": ["a", "b"]}, "the rows that trials are evaluated on"),
        ("training.seed", {"choice": [1, 2]}, "tuning.seeds repeats each trial"),
        ("training.warmup", {"uniform": [0.1, 0.1]}, "has one value only"),
        ("training.warmup", {"uniform": [0.1]}, "it needs two numbers, [low, high]"),
        ("training.warmup", {"uniform": ["0.1", 0.2]}, "it needs two numbers, [low, high]"),
        ("training.warmup", {"uniform": [False, True]}, "it needs two numbers, [low, high]"),
        ("training.warmup", {"uniform": [0.1, math.inf]}, "it needs two numbers, [low, high]"),
        ("training.warmup", {"uniform": [0.1, 0.2], "choice": [0.1, 0.2]}, "has choice and uniform; one is needed"),
        ("training.warmup", {"uniform": [0.1, 0.2], "steps": 1}, "steps is 1; allowed: a whole number from 2"),
        ("training.warmup", 0.1, "needs a choice or a range"),
        ("training.warmup", {"uniform": [0.1, 1.5]}, "found 1.5; allowed: a number at least 0 and below 1"),
        ("training.batch_size", {"choice": [16, 16, 32]}, "choice has 16 twice"),
        ("training.batch_size", {"choice": []}, "needs a list of at least two values"),
        ("training.batch_size", {"choice": [16, 32], "steps": 2}, "steps are for ranges"),
        ("training.batch_size", {"choice": [16, 0]}, "found 0; allowed: a whole number at least 1"),
        ("training.batch_size", {"choice": [16, "32"]}, "write the number without quotes"),
        (
            "training.batch_size",
            {"uniform": [16, 32]},
            "takes whole numbers, but uniform gives fractions; use integer",
        ),
        ("training.batch_size", {"integer": [16.0, 32.0]}, "both ends must be whole numbers"),
        ("training.batch_size", {"choice": [16, 32], "when": {}}, "when needs a key and its values"),
        ("training.schedule", {"choice": ["linear", "cosin"]}, '"cosin"; allowed: "linear"'),
    ],
)
def test_a_mistake_is_told_with_its_place(key, values, told):
    found = problems({key: values})
    assert any(line.startswith(f"tuning.space.{key}: ") and told in line for line in found), found


@pytest.mark.parametrize(
    ("space", "told"),
    [
        ({"training.warmup": {"uniform": [0, 0.1], "when": {"training.schedul": "linear"}}}, "not in the space"),
        ({"training.warmup": {"uniform": [0, 0.1], "when": {"training.warmup": 0.1}}}, "when refers to the key itself"),
        (
            {
                "training.schedule": {"choice": ["linear", "cosine"]},
                "training.warmup": {"uniform": [0, 0.1], "when": {"training.schedule": ["linear", "constant"]}},
            },
            "when expects training.schedule = 'constant', but its values are 'linear', 'cosine'",
        ),
        (
            {
                "training.schedule": {"choice": ["linear", "cosine"]},
                "training.warmup": {"uniform": [0, 0.1], "when": {"training.schedul": "linear"}},
            },
            "did you mean training.schedule?",
        ),
        (
            {**RATE, "training.warmup": {"uniform": [0, 0.1], "when": {"training.learning_rate": 1e-4}}},
            "a range without steps",
        ),
        (
            {
                "training.schedule": {"choice": ["linear", "cosine"], "when": {"training.epochs": 2}},
                "training.epochs": {"choice": [1, 2], "when": {"training.schedule": "linear"}},
            },
            "training.schedule: is never active: it depends on training.epochs, which depends on it",
        ),
        # true is no 1: the recipe wouldn't take it.
        (
            {
                "training.epochs": {"choice": [1, 2]},
                "training.warmup": {"uniform": [0, 0.1], "when": {"training.epochs": True}},
            },
            "= True, but its values are",
        ),
    ],
)
def test_conditions_that_never_hold(space, told):
    (found,) = problems(space)
    assert told in found


def test_a_key_twice():
    (found,) = problems({"training.epochs": {"choice": [1, 2]}, "training": {"epochs": {"choice": [1, 3]}}})
    assert found == "tuning.space.training.epochs: is listed twice"


@pytest.mark.parametrize(
    ("tuning", "space", "others", "told"),
    [
        (
            {"algorithm": "grid"},
            RATE,
            {},
            "a grid search needs a finite number of values; set one for this range: steps = 4",
        ),
        (
            {"algorithm": "hyperband"},
            {"training.epochs": {"integer": [1, 9]}},
            {},
            "sets epochs itself",
        ),
        ({"algorithm": "hyperband", "max_trials": 4}, RATE, {}, "hyperband's first bracket takes 5"),
        ({}, RATE, {"data": {"validation": None}}, "data.validation: missing"),
    ],
)
def test_what_an_algorithm_needs(tuning, space, others, told):
    (found,) = problems(space, tuning=tuning, **others)
    assert told in found


@pytest.mark.parametrize(
    ("epochs", "factor", "trials"),
    # For 81 epochs and a factor of 3: 81, 27, 9, 3 and 1 trials (Li et al. 2018, table 1).
    [(3, 3, 3 + 1), (9, 3, 9 + 3 + 1), (81, 3, 81 + 27 + 9 + 3 + 1), (2, 2, 2 + 1), (1, 3, 1)],
)
def test_first_bracket(epochs, factor, trials):
    assert first_bracket(epochs, factor) == trials


def test_searchable_keys():
    keys = searchable_keys(recipe({}))
    assert {"training.learning_rate", "model.encoder", "text.max_tokens", "data.weight"} <= set(keys)
    assert not {key for key in keys if key.startswith(("tuning.", "export.", "report.", "name"))}


WEIGHTS = {"classify": {"class_weights": {"good": 1.0, "bad": 2.0}}}


@pytest.mark.parametrize(
    "space",
    [
        {"classify.class_weights.bad": {"uniform": [1, 4]}},
        {"classify": {"class_weights": {"bad": {"uniform": [1, 4]}}}},
    ],
)
def test_the_weight_of_a_single_label(space):
    (found,) = search_space(recipe(space, **WEIGHTS))
    assert (found.key, found.values) == ("classify.class_weights.bad", (1, 4))
    assert "classify.class_weights.good" in searchable_keys(recipe({}, **WEIGHTS))


@pytest.mark.parametrize(
    ("space", "others", "told"),
    [
        ({"classify.class_weights.ugly": {"uniform": [1, 4]}}, WEIGHTS, "no weight for that label"),
        ({"classify.class_weights.bad": {"uniform": [1, 4]}}, {}, "no weight for that label"),
        ({"classify.class_weights.bad": {"uniform": [-1, 4]}}, WEIGHTS, "classify.class_weights: found"),
        (
            {
                "classify.class_weights": {"choice": ["none", "balanced"]},
                "classify.class_weights.bad": {"uniform": [1, 4]},
            },
            WEIGHTS,
            "can't be searched together with classify.class_weights: one contains the other",
        ),
    ],
)
def test_weights_of_labels_that_can_not_be_searched(space, others, told):
    (found,) = problems(space, **others)
    assert told in found


def test_refused_values_are_told_beside_mistakes_of_other_kinds():
    found = problems({"training.bach_size": {"choice": [8, 16]}, "training.epochs": {"choice": [0, 1]}})
    assert len(found) == 2
    assert "did you mean training.batch_size?" in found[0]
    assert "found 0; allowed: a whole number at least 1" in found[1]


def test_1_and_1_0_are_one_value():
    (found,) = problems({"training.clip_norm": {"choice": [1, 0.5, 1.0]}})
    assert "choice has 1.0 twice" in found
