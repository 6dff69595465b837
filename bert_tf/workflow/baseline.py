"""A bag of words on a recipe's own rows, trained beside its model to show what the model is worth."""

import gc
import pathlib

from rich.console import Console

from bert_tf.errors import RecipeError
from bert_tf.models.baseline_files import baseline_source
from bert_tf.models.known_encoders import BASELINE_TOKENIZER
from bert_tf.recipe.schema import Recipe
from bert_tf.runs.list_runs import list_runs
from bert_tf.runs.run import RunFolder
from bert_tf.stop_signals import StopSignals
from bert_tf.tasks.recipes import make_recipe, own_training
from bert_tf.tasks.table import task_of
from bert_tf.workflow.interrupted import mark_finished, runs_of
from bert_tf.workflow.train import train_recipe
from bert_tf.workflow.training_scope import TrainingScope

_BASELINE = "bow"
# Of [training]; all else is the encoder's own, or the default.
_SAME = ("batch_size", "batch_tokens", "monitor", "seed")
_SAME_TABLES = ("name", "description", "task", "data", "text")


def baseline_recipe(recipe: Recipe) -> Recipe:
    """The same rows, token ids and task, learned by a bag of words.

    Raises:
        RecipeError: the recipe's encoder is a baseline itself, or its task reads words, of which a bag has no order.
    """
    encoder, values = recipe.model.encoder, recipe.model_dump(mode="json", exclude_none=True)
    if baseline_source(encoder) is not None:
        raise RecipeError(
            f"The recipe's encoder {encoder} is a baseline itself.",
            where="model.encoder",
            hint="remove --baseline (baseline=True), or choose a pretrained encoder",
        )
    if task_of(recipe).align is not None:
        raise RecipeError(
            f"The baseline gives one vector for a text, but the task {recipe.task} reads words.",
            where="task",
            hint='remove --baseline (baseline=True); a run with model.encoder = "bilstm" can be compared with this one',
        )
    name = _BASELINE if encoder == BASELINE_TOKENIZER else f"{_BASELINE}:{encoder}"
    training = {key: values["training"][key] for key in _SAME if key in values["training"]} | dict(own_training(name))
    tables = {key: values[key] for key in (*_SAME_TABLES, recipe.task) if key in values}
    if "few_shot" in values:
        # The same few rows and folds; what vectors of words are compared by does not change.
        tables["few_shot"] = {**values["few_shot"], "steps": 0}
    return make_recipe({**tables, "model": {"encoder": name}, "training": training})


def train_baseline(
    recipe: Recipe,
    *,
    runs_folder: pathlib.Path,
    cache_folder: pathlib.Path,
    resume: bool = False,
    signals: StopSignals | None = None,
    console: Console,
) -> RunFolder:
    """Train and evaluate the baseline of a recipe, as a run of its own beside the recipe's others.

    Args:
        recipe: Whose encoder is no baseline.
        runs_folder, cache_folder, console: As of `train_recipe`.
        resume: Take the newest that no run is compared with yet, and go on with it where it was interrupted.
        signals: As of `TrainingScope`.

    Raises:
        BertTfError: as of `baseline_recipe` and `train_recipe`.
    """
    own = baseline_recipe(recipe)
    before = _unused(own, runs_folder) if resume else None
    if before is not None and before.status == "trained":
        return before
    console.print(f"Training the baseline {own.model.encoder} on the same rows first.", highlight=False, markup=False)
    scope = TrainingScope(summarize=False, exports=False, interrupted=before, signals=signals)
    run = train_recipe(own, runs_folder=runs_folder, cache_folder=cache_folder, console=console, scope=scope)
    mark_finished(run)
    # Traced functions are cycles, and would hold the baseline's weights while the model trains.
    gc.collect()
    return run


def _unused(own: Recipe, runs_folder: pathlib.Path) -> RunFolder | None:
    newest = next(runs_of(own, runs_folder), None)
    if newest is None or newest.status == "running":
        return None
    compared = {run.values.get("baseline") for run in list_runs(runs_folder / own.name)}
    return None if newest.path.name in compared else newest
