import pytest

from bert_tf.recipe.allowed import allowed, kinds_of, schema_at
from bert_tf.tasks.recipes import RECIPES

MODELS = [RECIPES["classify"]]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("task", '"classify"'),
        ("data.source", "files, tfds:NAME, tfds:NAME/CONFIG or package:NAME"),
        ("data.validation", "a number above 0 and below 1, or a string in quotes"),
        ("data.labels", "a list of at least 2 strings"),
        ("data.delimiter", "one character"),
        ("text.max_tokens", "a whole number at least 2 and at most 4096"),
        ("model.pooling", '"auto" | "pooler" | "first" | "mean" | "max"'),
        ("training.gradient_checkpointing", "true | false"),
        ("training.clip_norm", "a number at least 0"),
        ("classify.class_weights", '"none" | "balanced", or a table of label = weight'),
        ("training.profile_steps", "[a whole number at least 1, a whole number at least 1]"),
        ("training", "a table"),
    ],
)
def test_in_words(path, words):
    assert allowed(path.split("."), MODELS) == words


def test_an_optional_key_has_one_kind():
    assert [kind["type"] for kind in kinds_of(schema_at(("data", "weight"), MODELS))] == ["string"]
    assert [kind["type"] for kind in kinds_of(schema_at(("data", "test"), MODELS))] == ["number", "string"]


def test_an_unknown_key():
    with pytest.raises(KeyError):
        schema_at(("training", "epoch"), MODELS)
