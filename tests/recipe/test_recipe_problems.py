"""Each mistake in a recipe is told with its path, what was found, what is allowed, and the nearest known key."""

import pytest
from pydantic import ValidationError

from bert_tf.recipe.recipe_problems import problems_of
from bert_tf.tasks.recipes import RECIPES, make_recipe

TASK_NAMES = " | ".join(f'"{name}"' for name in RECIPES)
MOVED = "training.{0}: unknown key; did you mean classify.{0}?"
VALID: dict[str, object] = {"name": "mine", "task": "classify", "data": {"source": "files"}}


def problems(**changes: object) -> list[str]:
    values = {**VALID, **changes}
    with pytest.raises(ValidationError) as caught:
        make_recipe(values)
    return problems_of(caught.value, values, RECIPES)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"task": "divine"}, f'task: found "divine"; allowed: {TASK_NAMES}'),
        ({"task": ["classify"]}, f'task: found ["classify"]; allowed: {TASK_NAMES}'),
        ({"task": "clasify"}, 'task: found "clasify"; did you mean "classify"?'),
        (
            {"training": {"learning_rate": "2e-5"}},
            'training.learning_rate: found "2e-5"; allowed: a number above 0 and below 1 '
            "(write the number without quotes)",
        ),
        ({"training": {"epochs": 0}}, "training.epochs: found 0; allowed: a whole number at least 1"),
        ({"training": {"epochs": True}}, "training.epochs: found true; allowed: a whole number at least 1"),
        (
            {"training": {"schedule": "linaer"}},
            'training.schedule: found "linaer"; allowed: "linear" | "cosine" | "constant"',
        ),
        (
            {"classify": {"class_weights": {"pos": -2}}},
            'classify.class_weights: found {"pos": -2}; allowed: "none" | "balanced", or a table of label = weight',
        ),
        (
            {"data": {"source": "files", "validation": 1.5}},
            "data.validation: found 1.5; allowed: a number above 0 and below 1, or a string in quotes",
        ),
        (
            {"data": {"source": "csv"}},
            'data.source: found "csv"; allowed: files, tfds:NAME, tfds:NAME/CONFIG or package:NAME',
        ),
        (
            {"data": {"source": "files", "labels": ["a"]}},
            'data.labels: found ["a"]; allowed: a list of at least 2 strings',
        ),
        ({"data": {"source": "files", "delimiter": "||"}}, 'data.delimiter: found "||"; allowed: one character'),
        ({"data": {}}, "data.source: missing; allowed: files, tfds:NAME, tfds:NAME/CONFIG or package:NAME"),
        ({"model": 3}, "model: found 3; allowed: a table"),
        (
            {"text": {"max_tokens": 1}},
            "text.max_tokens: found 1; allowed: a whole number at least 2 and at most 4096",
        ),
        (
            {"training": {"batch_size": 8, "micro_batch_size": 16}},
            "training: micro_batch_size is 16, larger than batch_size (8); lower it or remove it",
        ),
        (
            {"training": {"gradient_checkpointing": True}, "model": {"kernels": "reference"}},
            'training.gradient_checkpointing needs the fused kernels, but model.kernels is "reference"; remove '
            "one of them, or save memory with training.micro_batch_size",
        ),
        (
            {"data": {"source": "files", "validation": 0.5, "test": 0.6}},
            "data: the shares of validation and test must add up to less than 1",
        ),
    ],
)
def test_one_mistake_is_one_sentence(changes: dict[str, object], expected: str) -> None:
    assert problems(**changes) == [expected]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"training": {"epocs": 1}}, "training.epocs: unknown key; did you mean training.epochs?"),
        ({"training": {"max_tokens": 9}}, "training.max_tokens: unknown key; did you mean text.max_tokens?"),
        ({"training": {"max_token": 9}}, "training.max_token: unknown key; did you mean text.max_tokens?"),
        ({"training": {"weight": "w"}}, "training.weight: unknown key; did you mean data.weight?"),
        ({"epochs": 1}, "epochs: unknown key; did you mean training.epochs?"),
        ({"trainign": {"epochs": 1}}, "trainign: unknown key; did you mean training?"),
        ({"training": {"class_weights": "none"}}, MOVED.format("class_weights")),
        ({"training": {"label_smoothing": 0.1}}, MOVED.format("label_smoothing")),
        ({"report": {"zzz": 1}}, "report.zzz: unknown key; known here: reference"),
    ],
)
def test_an_unknown_key_names_the_nearest(changes: dict[str, object], expected: str) -> None:
    assert problems(**changes) == [expected]


def test_all_mistakes_are_told_at_once() -> None:
    found = problems(task="divine", training={"epochs": 0, "learning_rate": 3}, text={"max_token": 9})
    assert [line.split(":")[0] for line in found] == [
        "task",
        "text.max_token",
        "training.epochs",
        "training.learning_rate",
    ]


def test_a_long_value_is_cut() -> None:
    (line,) = problems(training={"monitor": "x" * 500})
    assert len(line) < 250
