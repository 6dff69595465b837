"""Whether a recipe accepts the values of its search space, alone and in pairs."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bert_tf.errors import RecipeError
from bert_tf.recipe.problems import problems_of
from bert_tf.recipe.schema import Recipe

if TYPE_CHECKING:
    from bert_tf.recipe.space import Parameter


def with_values(recipe: Recipe, values: Mapping[str, Any]) -> Recipe:
    """The recipe with other values for some keys, `{"training.epochs": 1}`; None leaves a key out.

    Raises:
        RecipeError: the recipe doesn't accept them.
    """
    laid = _laid_over(recipe, values)
    try:
        return Recipe.model_validate(laid)
    except ValidationError as error:
        told = ", ".join(f"{key} = {value!r}" for key, value in values.items())
        raise RecipeError(
            f"The recipe {recipe.name!r} doesn't accept {told}:", problems=problems_of(error, laid)
        ) from None


def check_values(recipe: Recipe, parameters: Sequence["Parameter"]) -> Iterator[str]:
    """A line for each value that the recipe refuses, and for each pair of values that it refuses together.

    Args:
        recipe: Accepted as it stands.
        parameters: Each behind those that its conditions name.
    """
    by_key = {parameter.key: parameter for parameter in parameters}
    accepted: dict[str, list[Any]] = {}
    for key, parameter in by_key.items():
        for value in parameter.probes:
            refusals = _refusals(recipe, {**_conditions(by_key, key), key: value})
            yield from (f"{key}: {line}" for line in refusals)
            if not refusals:
                accepted.setdefault(key, []).append(value)
    for one, other in itertools.combinations(accepted, 2):
        for first, second in itertools.product(accepted[one], accepted[other]):
            needed = {**_conditions(by_key, one), **_conditions(by_key, other)}
            chosen = {**needed, one: first, other: second}
            if all(chosen[key] in by_key[child].when[key] for child in (one, other) for key in by_key[child].when):
                for line in _refusals(recipe, chosen):
                    yield f"{other}: {second!r} doesn't go with {one} = {first!r}: {line}; keep them apart by `when`"


def _conditions(parameters: "Mapping[str, Parameter]", key: str) -> dict[str, Any]:
    """Values of other keys for which a key counts, and those for which these count."""
    values: dict[str, Any] = {}
    for other, wanted in parameters[key].when.items():
        values |= {**_conditions(parameters, other), other: wanted[0]}
    return values


def _refusals(recipe: Recipe, values: Mapping[str, Any]) -> list[str]:
    laid = _laid_over(recipe, values)
    try:
        Recipe.model_validate(laid)
    except ValidationError as error:
        return problems_of(error, laid)
    return []


def _laid_over(recipe: Recipe, values: Mapping[str, Any]) -> dict[str, Any]:
    tables = recipe.model_dump(exclude_none=True)
    for key, value in values.items():
        section, _, leaf = key.partition(".")
        tables[section].pop(leaf, None)
        if value is not None:
            tables[section][leaf] = value
    return tables
