"""Recipes of all tasks: reading them, from a file, a run or a table."""

import types
from collections.abc import Mapping
from typing import Any

from bert_tf.models.baseline_files import baseline_source
from bert_tf.recipe.load_recipe import read_recipe
from bert_tf.recipe.recipe_models import model_of, recipe_model
from bert_tf.recipe.schema import Recipe
from bert_tf.recipe.space_values import with_values
from bert_tf.runs.run import RunFolder
from bert_tf.tasks.keys_of import keys_of
from bert_tf.tasks.table import TASKS


def load_recipe(
    name_or_path: str, overrides: Mapping[str, object] | None = None, *, overridden_by: str = "overrides"
) -> Recipe:
    """Load and validate a recipe, with `overrides` applied.

    An encoder that is trained from nothing brings its own values of `[training]` along; see `settle_training`.

    Args:
        name_or_path: The name of a recipe, or a path that ends in .toml.
        overrides: Values by dotted key: `{"training.epochs": 1}`; None removes the key.
        overridden_by: How the user gave the overrides, for error messages.

    Raises:
        RecipeError: The recipe is missing, not TOML, or invalid; lists all problems of file and overrides at once.
    """
    return read_recipe(name_or_path, RECIPES, overrides, overridden_by=overridden_by, training_of=own_training)


def run_recipe(run: RunFolder, overrides: Mapping[str, object] | None = None) -> Recipe:
    """The resolved recipe that a run was made from, with `overrides` applied as by `load_recipe`.

    Raises:
        RunError: the run's recipe is missing or was changed. RecipeError: a value doesn't fit.
    """
    return load_recipe(str(run.recipe_file), overrides)


def own_training(encoder: str) -> Mapping[str, Any]:
    """What an encoder that is trained from nothing is trained with, by key of `[training]`; of others nothing.

    Args:
        encoder: As a recipe names it, or its folder.
    """
    baseline = baseline_source(encoder)
    return {} if baseline is None else baseline.training


def trial_recipe(recipe: Recipe, values: Mapping[str, Any]) -> Recipe:
    """The recipe of a search with the values of a trial, and what another encoder than its own is trained with.

    Hyperband trains all trials for as many epochs as it says, whatever their encoder.

    Args:
        recipe: Resolved.
        values: By dotted key; None leaves a key out.

    Raises:
        RecipeError: the recipe doesn't accept them.
    """
    unsaid = {"epochs"} if recipe.tuning.algorithm == "hyperband" else set()

    def training_of(encoder: str) -> Mapping[str, Any]:
        return {key: value for key, value in own_training(encoder).items() if key not in unsaid}

    return with_values(recipe, values, training_of=training_of)


def make_recipe(values: Mapping[str, Any]) -> Recipe:
    """The recipe of tables as TOML has them; raises pydantic's ValidationError where they are none."""
    return model_of(values, RECIPES).model_validate(values)


RECIPES: Mapping[str, type[Recipe]] = types.MappingProxyType(
    {name: recipe_model(keys_of(name, task)) for name, task in TASKS.items()}
)
