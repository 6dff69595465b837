"""The self-test passes what is right and finds what is not."""

import types

import pytest

from bert_tf.native.library import native_library
from bert_tf.native.self_test import fault_of

OPERATIONS = native_library().operations
pytestmark = pytest.mark.skipif(OPERATIONS is None, reason=f"no native operations: {native_library().missing}")


def operations(**changes):
    names = [name for name in dir(OPERATIONS) if name.startswith("bert_tf_")]
    return types.SimpleNamespace(**({name: getattr(OPERATIONS, name) for name in names} | changes))


def test_what_is_right():
    assert fault_of(operations()) == ""


@pytest.mark.parametrize("change", [{"first_rate": 0.11}, {"decayed": [False]}, {"step_size": 0.011}])
def test_a_step_that_is_not_adamws(change):
    changed = operations(bert_tf_adam_w=lambda **given: OPERATIONS.bert_tf_adam_w(**{**given, **change}))
    assert fault_of(changed) == "the optimizer's step is not AdamW's"


def test_an_operation_that_fails_or_is_missing():
    fails = operations(bert_tf_adam_w=lambda **given: OPERATIONS.bert_tf_adam_w(**{**given, "decayed": []}))
    assert "AdamW needs to know of each variable whether it decays." in fault_of(fails)
    left = operations()
    del left.bert_tf_global_norm
    assert "bert_tf_global_norm" in fault_of(left)
