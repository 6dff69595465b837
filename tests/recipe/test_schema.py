"""Ranges, strictness and descriptions of the recipe's keys."""

import pytest
from pydantic import ValidationError

from bert_tf.recipe.recipe_models import sections_of
from bert_tf.recipe.schema import Data, Training
from bert_tf.tasks.recipes import RECIPES, make_recipe

MINIMAL = {"name": "mine", "task": "classify", "data": {"source": "files"}}


def test_minimal_recipe_gets_the_documented_defaults() -> None:
    recipe = make_recipe(MINIMAL)
    assert (recipe.data.train, recipe.data.validation, recipe.data.on_bad_row) == ("train", None, "fail")
    assert recipe.text.max_tokens == 128
    assert (recipe.model.encoder, recipe.model.pooling, recipe.model.dropout) == ("minilm-l6", "auto", None)
    assert (recipe.training.epochs, recipe.training.batch_size, recipe.training.learning_rate) == (3, 32, 5e-5)
    assert (recipe.training.weight_decay, recipe.training.warmup, recipe.training.clip_norm) == (0.01, 0.1, 1.0)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("epochs", 0),
        ("epochs", 1.0),
        ("epochs", True),
        ("epochs", "1"),
        ("batch_size", 0),
        ("learning_rate", "2e-5"),
        ("learning_rate", 0),
        ("learning_rate", 1),
        ("learning_rate", True),
        ("learning_rate", float("nan")),
        ("weight_decay", -0.1),
        ("warmup", 1.0),
        ("clip_norm", -1.0),
        ("clip_norm", float("inf")),
        ("schedule", "exponential"),
        ("early_stopping", -1),
        ("seed", -1),
        ("precision", "float8"),
        ("batch_tokens", 1),
        ("batch_tokens", 512.0),
        ("batch_tokens", 2**20 + 1),
        ("micro_batch_size", 0),
        ("micro_batch_size", 33),
        ("micro_batch_size", 8.0),
        ("gradient_checkpointing", 1),
    ],
)
def test_training_refuses(key: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Training.model_validate({key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [("micro_batch_size", 32), ("precision", "float16"), ("gradient_checkpointing", True)],
)
def test_training_takes(key: str, value: object) -> None:
    assert getattr(Training.model_validate({key: value}), key) == value


@pytest.mark.parametrize(
    ("key", "value"),
    [("clip_norm", 0), ("weight_decay", 0)],
)
def test_training_takes_a_whole_number_for_a_number(key: str, value: object) -> None:
    assert getattr(Training.model_validate({key: value}), key) == value


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"source": "csv"}, "source"),
        ({"source": "files", "validation": 1.5}, "validation"),
        ({"source": "files", "validation": 0.5, "test": 0.5}, "add up to less than 1"),
        ({"source": "files", "labels": ["a"]}, "labels"),
        ({"source": "files", "labels": ["a", "b", "a"]}, "labels has duplicate entries"),
        ({"source": "files", "columns": ["text", "text"]}, "columns has duplicate entries"),
        ({"source": "files", "delimiter": "||"}, "delimiter"),
        ({"source": "files", "seed": 2**32}, "seed"),
    ],
)
def test_data_refuses(values: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Data.model_validate(values)


def test_windows_that_share_all_they_hold() -> None:
    windows = {"max_tokens": 32, "long_texts": "windows"}
    with pytest.raises(ValidationError, match="two of them special, can't overlap by 30; lower window_overlap"):
        make_recipe({**MINIMAL, "text": {**windows, "window_overlap": 30}})
    make_recipe({**MINIMAL, "text": {**windows, "window_overlap": 29}})
    # Where nothing is split it says nothing.
    make_recipe({**MINIMAL, "text": {"max_tokens": 16, "window_overlap": 30}})


def test_windows_of_pairs_are_refused() -> None:
    pairs = {"data": {"source": "files", "text_pair": "second"}}
    with pytest.raises(ValidationError, match='long_texts = "windows" supports single texts'):
        make_recipe({**MINIMAL, **pairs, "text": {"long_texts": "windows"}})


def test_batches_have_equally_many_rows_or_tokens() -> None:
    with pytest.raises(ValidationError, match="batch_size is 16 and batch_tokens is 512, (.|\n)*remove one"):
        Training.model_validate({"batch_size": 16, "batch_tokens": 512})
    # A run's resolved recipe has the default of the other one.
    assert Training.model_validate({"batch_size": 32, "batch_tokens": 512}).batch_tokens == 512
    with pytest.raises(ValidationError, match=r"micro_batch_size is 600, larger than batch_tokens \(512\)"):
        Training.model_validate({"batch_tokens": 512, "micro_batch_size": 600})
    assert Training.model_validate({"batch_tokens": 512, "micro_batch_size": 64}).micro_batch_size == 64


def test_the_longest_text_fits_into_a_batch() -> None:
    with pytest.raises(ValidationError, match=r"batch_tokens is 127, too few for a text of text.max_tokens \(128\)"):
        make_recipe({**MINIMAL, "training": {"batch_tokens": 127}})
    assert make_recipe({**MINIMAL, "training": {"batch_tokens": 128}}).training.batch_tokens == 128
    make_recipe({**MINIMAL, "text": {"max_tokens": 2}, "training": {"batch_tokens": 2}})


@pytest.mark.parametrize("task", ["embed", "rank"])
def test_batches_whose_texts_are_compared_have_equally_many(task: str) -> None:
    values = {**MINIMAL, "task": task}
    assert make_recipe(values).training.batch_tokens is None
    with pytest.raises(ValidationError, match=f"task '{task}' compares the texts of a batch(.|\n)*set batch_size"):
        make_recipe({**values, "training": {"batch_tokens": 512}})


def test_nothing_changes_after_it_was_read() -> None:
    recipe = make_recipe(MINIMAL)
    with pytest.raises(ValidationError, match="frozen"):
        recipe.training.epochs = 7


def test_every_key_is_described() -> None:
    model = RECIPES["classify"]
    sections = [model, *sections_of(model).values()]
    undescribed = [
        f"{section.__name__}.{key}"
        for section in sections
        for key, field in section.model_fields.items()
        if not field.description
    ]
    assert len(sections) == 10
    assert undescribed == []
