import pytest

from bert_tf.errors import RecipeError
from bert_tf.recipe.export_keys import Export, export_overrides
from bert_tf.tasks.recipes import load_recipe


@pytest.mark.parametrize(
    "values, reduced",
    [
        ({}, False),
        ({"precision": "bfloat16"}, True),
        ({"quantize": "int8-weights"}, True),
        ({"precision": "bfloat16", "quantize": "int8-weights"}, True),
    ],
)
def test_fewer_bits(values, reduced):
    assert Export(**values).is_reduced == reduced


def test_only_what_is_given_is_changed():
    assert export_overrides(precision=None, quantize=None) == {}
    assert export_overrides(precision="float32", quantize=None) == {"export.precision": "float32"}
    assert export_overrides(precision=None, quantize="none") == {"export.quantize": "none"}


@pytest.mark.parametrize("key, value", [("export.precision", "bfloat16"), ("export.quantize", "int8-weights")])
def test_the_reference_graph_is_in_float32(key, value):
    with pytest.raises(RecipeError, match="remove it, or export in float32"):
        load_recipe("bbc-news", {key: value, "model.kernels": "reference"})
    assert load_recipe("bbc-news", {key: value}).export.is_reduced


def test_what_there_is_is_told():
    with pytest.raises(RecipeError, match="float32(.|\n)*bfloat16"):
        load_recipe("bbc-news", {"export.precision": "float16"})
