"""A recipe's search space in keras-tuner's terms, and a trial's values in the recipe's."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from keras_tuner.engine import hyperparameters as kinds
from keras_tuner.src.engine.conditions import Parent

from bert_tf.recipe.parameter import Parameter, is_in, is_number, tidy
from bert_tf.recipe.schema import Recipe
from bert_tf.recipe.space_values import own_value

# What Hyperband adds to the values of a trial.
EPOCHS, LOWER_TRIAL = "tuner/epochs", "tuner/trial_id"


def hyperparameters(parameters: Sequence[Parameter], recipe: Recipe) -> kinds.HyperParameters:
    """The whole space, with the recipe's own values, or the nearest to them that it has, as the defaults.

    Args:
        parameters: Each behind those that its conditions name. keras-tuner's own scopes can't say that a parameter
            depends on two others, so the conditions are made here.
        recipe: Where the defaults are.
    """
    space = kinds.HyperParameters()
    by_key = {parameter.key: parameter for parameter in parameters}
    for parameter in parameters:
        conditions = [
            Parent(key, [encoded(by_key[key], value) for value in wanted]) for key, wanted in parameter.when.items()
        ]
        space.merge([_hyperparameter(parameter, own_value(recipe, parameter.key), conditions)])
    return space


def is_in_space(parameters: Sequence[Parameter], recipe: Recipe) -> bool:
    """Whether the recipe's own values are a point of the space; those that don't count in it may be any."""
    own: dict[str, Any] = {}
    for parameter in parameters:
        if all(key in own and is_in(own[key], wanted) for key, wanted in parameter.when.items()):
            own[parameter.key] = own_value(recipe, parameter.key)
            if not _has(parameter, own[parameter.key]):
                return False
    return True


def encoded(parameter: Parameter, value: Any) -> Any:
    """A value as keras-tuner holds it.

    Those of a list become JSON: keras-tuner's choices mix no types, and make numbers of true and false.
    """
    if _is_range(parameter):
        return value
    # A condition may have 1 for what the list has as 1.0.
    return json.dumps(next(other for other in parameter.listed or () if is_in(value, [other])))


def decoded(parameters: Sequence[Parameter], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a trial by the recipe's keys; those that don't count in it, and keras-tuner's own, are left out."""
    found: dict[str, Any] = {}
    for parameter in parameters:
        if parameter.key not in values:
            continue
        value = values[parameter.key]
        if not _is_range(parameter):
            found[parameter.key] = json.loads(value)
        elif parameter.kind == "integer":
            found[parameter.key] = int(value)
        else:
            low, high = parameter.values
            found[parameter.key] = float(min(max(tidy(value), low), high))
    return found


def _is_range(parameter: Parameter) -> bool:
    return parameter.listed is None or (parameter.kind == "integer" and parameter.steps is None)


def _hyperparameter(parameter: Parameter, own: Any, conditions: list[Parent]) -> kinds.HyperParameter:
    default = _nearest(parameter, own)
    if not _is_range(parameter):
        values = [encoded(parameter, value) for value in parameter.listed or ()]
        default = None if default is None else encoded(parameter, default)
        return kinds.Choice(parameter.key, values, default=default, conditions=conditions)
    low, high = parameter.values
    if parameter.kind == "integer":
        return kinds.Int(parameter.key, low, high, default=default, conditions=conditions)
    sampling = "log" if parameter.kind == "log_uniform" else "linear"
    return kinds.Float(parameter.key, low, high, sampling=sampling, default=default, conditions=conditions)


def _has(parameter: Parameter, value: Any) -> bool:
    if parameter.listed is not None:
        return is_in(value, parameter.listed)
    return is_number(value) and parameter.values[0] <= value <= parameter.values[1]


def _nearest(parameter: Parameter, value: Any) -> Any:
    """The value of the space that is next to the recipe's own; None where that is no number to be near to."""
    if _has(parameter, value):
        return value
    if not is_number(value):
        return None
    if parameter.listed is None:
        return min(max(value, parameter.values[0]), parameter.values[1])
    numbers = [other for other in parameter.listed if is_number(other)]
    return min(numbers, key=lambda other: abs(other - value), default=None)
