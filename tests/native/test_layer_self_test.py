"""The self-test of the native layer passes here, and would not with other numbers."""

import types

import pytest
import tensorflow as tf

from bert_tf.native.layer_self_test import fault_of_layer
from bert_tf.native.library import native_library
from bert_tf.native.processor import missing_for_tiles

NAMES = ("pack_layer", "attention_forward", "attention_backward", "rest_forward", "rest_backward")
EMBEDDING = ("embed_forward", "embed_backward")
INFERENCE = ("attention_inference", "rest_inference", "embed")


@pytest.fixture(scope="module")
def operations():
    library = native_library()
    # Not where the self-test fails, which is what is tested here.
    if missing := library.missing or missing_for_tiles():
        pytest.skip(f"there are no native layers here: {missing}")
    return library.operations


def test_all_is_well_here(operations):
    assert fault_of_layer(operations) == ""


# The context, the output, gradients of states, projections, context, residual, inner weights and a bias, and those of
# embeddings.
@pytest.mark.parametrize(
    ("name", "output"),
    [("attention_forward", 2), ("rest_forward", 3), ("attention_backward", 0), ("attention_backward", 1)]
    + [("rest_backward", output) for output in (0, 1, 3, 5)]
    + [("embed_forward", 0), *(("embed_backward", output) for output in range(5))],
)
def test_a_wrong_number_is_found(operations, name: str, output: int):
    right = getattr(operations, f"bert_tf_{name}")

    def wrong(*inputs, **settings):
        found = list(right(*inputs, **settings))
        found[output] = found[output] * tf.cast(1.3, found[output].dtype)
        return found

    assert "formulas" in fault_of_layer(with_another(operations, name, wrong))


@pytest.mark.parametrize("name", INFERENCE)
def test_a_wrong_number_of_inference_is_found(operations, name: str):
    right = getattr(operations, f"bert_tf_{name}")

    def wrong(*inputs, **settings):
        found = right(*inputs, **settings)
        return found * tf.cast(1.3, found.dtype)

    assert "formulas" in fault_of_layer(with_another(operations, name, wrong))


def with_another(operations, name: str, other):
    all_of_them = {
        f"bert_tf_{each}": getattr(operations, f"bert_tf_{each}") for each in (*NAMES, *EMBEDDING, *INFERENCE)
    }
    return types.SimpleNamespace(**{**all_of_them, f"bert_tf_{name}": other})


def test_what_fails_is_told(operations):
    assert "bert_tf_pack_layer" in fault_of_layer(types.SimpleNamespace())
