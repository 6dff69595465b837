"""Whether a recipe accepts the values of its search space, alone and together."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from bert_tf.errors import RecipeError
from bert_tf.recipe.encoder_training import settle_training
from bert_tf.recipe.parameter import Parameter, is_in
from bert_tf.recipe.recipe_problems import problems_of
from bert_tf.recipe.schema import Recipe
from bert_tf.recipe.space_conditions import needed

_TOGETHER = 3  # keys: no check of the schema looks at more


def own_value(recipe: Recipe, key: str) -> Any:
    """What the recipe itself has for a key, as TOML has it; None where it is left out."""
    section, leaf, *inner = key.split(".", 2)
    value = recipe.model_dump(mode="json", include={section: {leaf}})[section][leaf]
    return value[inner[0]] if inner else value


def with_values(
    recipe: Recipe, values: Mapping[str, Any], *, training_of: Callable[[str], Mapping[str, object]] = lambda _: {}
) -> Recipe:
    """The recipe with other values for some keys, `{"training.epochs": 1}`; None leaves a key out.

    Args:
        recipe: Resolved.
        values: By dotted key.
        training_of: As of `settle_training`.

    Raises:
        RecipeError: the recipe doesn't accept them.
    """
    tables = recipe.model_dump(exclude_none=True)
    laid = settle_training(_laid_over(tables, values), tables, overridden=values, training_of=training_of)
    try:
        return type(recipe).model_validate(laid)
    except ValidationError as error:
        told = ", ".join(f"{key} = {value!r}" for key, value in values.items())
        raise RecipeError(
            f"The recipe {recipe.name!r} doesn't accept {told}:", problems=_problems(error, laid, recipe)
        ) from None


def check_values(recipe: Recipe, parameters: Sequence[Parameter]) -> Iterator[str]:
    """A line for each value that the recipe refuses, and for those that it refuses together: by two, and by three
    where these are the ends of ranges.

    Args:
        recipe: Accepted as it stands.
        parameters: Each behind those that its conditions name.
    """
    by_key = {parameter.key: parameter for parameter in parameters}
    tables = recipe.model_dump(exclude_none=True)
    refused: list[dict[str, Any]] = []
    for keys in itertools.chain.from_iterable(itertools.combinations(by_key, count + 1) for count in range(_TOGETHER)):
        for chosen, laid in together(by_key, keys, only_extremes=len(keys) == _TOGETHER):
            if any(part.items() <= laid.items() for part in refused):
                continue
            lines = _refusals(_laid_over(tables, laid), recipe)
            if lines:
                refused.append(chosen)
            yield from (_told(chosen, line) for line in lines)


def together(
    by_key: Mapping[str, Parameter], keys: Sequence[str], *, only_extremes: bool = False
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Values of some keys that come together in a trial, and these with what they need of other keys.

    Args:
        by_key: All parameters.
        keys: Of some of them.
        only_extremes: `Parameter.extremes` in place of `Parameter.probes`.
    """
    conditions = needed(by_key, keys)
    if not all(conditions.values()):
        return
    others = {key: values[0] for key, values in conditions.items()}
    probes = [by_key[key].extremes if only_extremes else by_key[key].probes for key in keys]
    for values in itertools.product(*probes):
        chosen = dict(zip(keys, values, strict=True))
        if all(is_in(chosen[key], conditions[key]) for key in keys if key in conditions):
            yield chosen, {**others, **chosen}


def _told(chosen: Mapping[str, Any], line: str) -> str:
    *others, (key, value) = chosen.items()
    own_place = f"{key}: "
    if not others:
        # The key is named already.
        return f"{key}: {line.removeprefix(own_place)}"
    beside = " and ".join(f"{other} = {of_other!r}" for other, of_other in others)
    return f"{key}: {value!r} is not valid together with {beside}: {line}; separate them with `when`"


def _refusals(laid: Mapping[str, Any], recipe: Recipe) -> list[str]:
    try:
        type(recipe).model_validate(laid)
    except ValidationError as error:
        return _problems(error, laid, recipe)
    return []


def _problems(error: ValidationError, laid: Mapping[str, Any], recipe: Recipe) -> list[str]:
    return problems_of(error, laid, {recipe.task: type(recipe)})


def _laid_over(tables: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    laid = {name: dict(table) if isinstance(table, Mapping) else table for name, table in tables.items()}
    for key, value in values.items():
        section, leaf, *inner = key.split(".", 2)
        if inner:
            laid[section][leaf] = {**laid[section][leaf], inner[0]: value}
        elif value is None:
            laid[section].pop(leaf, None)
        else:
            laid[section][leaf] = value
    return laid
