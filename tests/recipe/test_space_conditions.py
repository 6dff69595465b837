"""Conditions of a space: what they ask for, and those that can't hold."""

import pytest

from bert_tf.recipe.parameter import Parameter
from bert_tf.recipe.space_conditions import condition_problems, needed, ordered


def parameters(**when):
    """Each a choice of 1, 2 and 3."""
    return {key: Parameter(key, "choice", (1, 2, 3), when=conditions) for key, conditions in when.items()}


def test_what_a_condition_names_stands_first():
    found = parameters(a={"b": (1,)}, b={"c": (1, 2)}, c={}, d={"e": (1,)}, e={"d": (1,)})
    assert [parameter.key for parameter in ordered(found)] == ["c", "b", "a"]


def test_conditions_of_conditions_hold_too():
    found = parameters(a={}, b={"a": (1, 2)}, c={"a": (2, 3), "b": (3,)})
    assert needed(found, ["c"]) == {"a": (2,), "b": (3,)}
    assert needed(found, ["a"]) == {}
    # Together they leave nothing.
    apart = parameters(a={}, b={"a": (1,)}, c={"a": (2,)})
    assert needed(apart, ["b", "c"]) == {"a": ()}


@pytest.mark.parametrize(
    ("when", "key", "told"),
    [
        ({"a": {"a": (1,)}}, "a", "when refers to the key itself"),
        ({"a": {"other": (1,)}}, "a", "when refers to other, which is not in the space; only a searched key"),
        ({"a": {}, "b": {"a": ()}}, "b", "when gives no value for a"),
        ({"a": {}, "b": {"a": (1, 4)}}, "b", "when expects a = 4, but its values are 1, 2, 3"),
        ({"a": {"b": (1,)}, "b": {"c": (1,)}, "c": {"a": (1,)}}, "a", "is never active: it depends on b and c"),
        ({"a": {}, "b": {"a": (1,)}, "c": {"a": (2,), "b": (1,)}}, "c", "is never active: its conditions require"),
    ],
)
def test_conditions_that_never_hold(when, key, told):
    ((found, problem),) = condition_problems(parameters(**when))
    assert found == key
    assert told in problem


def test_what_hangs_on_a_wrong_condition_is_not_told_again():
    found = parameters(a={"other": (1,)}, b={"a": (1,)}, c={"b": (1,)})
    assert [key for key, _ in condition_problems(found)] == ["a"]
