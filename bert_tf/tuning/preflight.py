"""What would end a search at one of its trials, found before the first: rows, labels, encoders."""

import pathlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bert_tf.errors import RecipeError
from bert_tf.models.encoder_sources import locate_encoder
from bert_tf.nearest_name import did_you_mean
from bert_tf.recipe.parameter import Parameter, is_in
from bert_tf.recipe.schema import Recipe
from bert_tf.recipe.space_conditions import needed
from bert_tf.recipe.task_keys import label_of
from bert_tf.tasks.recipes import trial_recipe
from bert_tf.workflow.data import load_data

_OF_ENCODERS = (
    "model.encoder", "model.kernels", "model.pooling", "text.max_tokens", "training.precision",
    "training.gradient_checkpointing",
)  # fmt: skip


def check_rows(recipe: Recipe, parameters: Sequence[Parameter], *, cache_folder: pathlib.Path) -> None:
    """Read and check the rows that trials and final runs will read, under all values of the keys of `data`.

    TensorFlow is loaded for TFDS only.

    Args:
        recipe: As it stands.
        parameters: Of its space.
        cache_folder: As of `train_recipe`.

    Raises:
        DataError: bad rows, missing files. RecipeError: the objective is of a label that the rows don't have.
    """
    label = label_of(recipe.tuning.objective)
    data_keys = [parameter.key for parameter in parameters if parameter.key.startswith("data.")]
    for trial in _trials(recipe, parameters, data_keys):
        names = load_data(trial, cache_folder=cache_folder).target.names
        if label is not None and label not in names:
            raise RecipeError(
                f"The objective is for label {label!r}, which no row has.",
                where="tuning.objective",
                hint=did_you_mean(label, names) or f"labels: {', '.join(names)}",
            )


def find_encoders(recipe: Recipe, parameters: Sequence[Parameter]) -> dict[str, pathlib.Path]:
    """The folder of each encoder that a trial can have, by its name in the recipe; raises ModelError."""
    names = dict.fromkeys(trial.model.encoder for trial in _trials(recipe, parameters, ("model.encoder",)))
    return {name: locate_encoder(name).folder for name in names}


def check_encoders(recipe: Recipe, parameters: Sequence[Parameter], folders: Mapping[str, pathlib.Path]) -> None:
    """Hold what all trials ask of their encoders against what those can do; loads TensorFlow.

    Args:
        recipe: As it stands.
        parameters: Of its space.
        folders: As of `find_encoders`.

    Raises:
        RecipeError: rows would be too long for one, or the task reads words and one has a vector for a whole text.
        ModelError: as `load_config`, `check_encoder` and `check_vocabulary`.
        TextError: as `load_reference`.
    """
    from bert_tf.models.encoders.encoder_config import load_config
    from bert_tf.text.loading import load_reference
    from bert_tf.workflow.encoder_checks import check_encoder, check_vocabulary

    configs = {name: load_config(folder) for name, folder in folders.items()}
    for name, folder in folders.items():
        check_vocabulary(load_reference(folder).largest_id, configs[name], folder)
    for trial in _trials(recipe, parameters, _OF_ENCODERS):
        check_encoder(trial, configs[trial.model.encoder])


def _trials(recipe: Recipe, parameters: Sequence[Parameter], keys: Sequence[str]) -> Iterator[Recipe]:
    """The recipe as it stands, and with each combination of the values of some keys that a trial can have."""
    yield recipe
    by_key = {parameter.key: parameter for parameter in parameters}
    searched = [key for key in keys if key in by_key]
    above = needed(by_key, searched)
    choices = [
        (each, each.probes if key in searched else each.listed or ())
        for key, each in by_key.items()
        if key in searched or key in above
    ]
    for values in _points(choices, {}) if choices else ():
        yield trial_recipe(recipe, values)


def _points(choices: Sequence[tuple[Parameter, tuple[Any, ...]]], chosen: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if not choices:
        yield chosen
        return
    (parameter, values), *rest = choices
    counts = all(key in chosen and is_in(chosen[key], wanted) for key, wanted in parameter.when.items())
    for added in [{parameter.key: value} for value in values] if counts else [{}]:
        yield from _points(rest, {**chosen, **added})
