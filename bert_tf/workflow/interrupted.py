"""Which run `--resume` goes on with."""

import pathlib
from collections.abc import Iterator

from bert_tf.errors import RecipeError, RunError
from bert_tf.recipe.dotted import dotted
from bert_tf.recipe.schema import WITHOUT_EFFECT, Recipe
from bert_tf.runs.interruption import interruption, resume_command
from bert_tf.runs.run import RunFolder, find_runs
from bert_tf.tasks.recipes import run_recipe

_FINISHED = "finished"  # in run.json: all that comes after training is done, too


def run_to_resume(recipe: Recipe, run: RunFolder) -> RunFolder:
    """The same run.

    Raises:
        RunError: it is of another recipe, and says in which keys, or it is being trained.
    """
    if differences := recipe_differences(recipe, run):
        raise RunError(
            "The run to resume has another recipe:",
            where=str(run.path),
            problems=differences,
            hint=f"{resume_command(run)} uses the run's own recipe",
        )
    if run.status == "running":
        raise RunError(
            "Another process is training this run.", where=str(run.path), hint="wait for it, or stop it first"
        )
    return run


def unfinished_run(recipe: Recipe, runs_folder: pathlib.Path) -> RunFolder | None:
    """The newest run of this very recipe, where it was interrupted, in training or behind it; else None."""
    newest = next(runs_of(recipe, runs_folder), None)
    if newest is None:
        return None
    behind_training = newest.status == "trained" and not newest.facts.get(_FINISHED)
    return newest if newest.is_interrupted or behind_training else None


def runs_of(recipe: Recipe, runs_folder: pathlib.Path) -> Iterator[RunFolder]:
    """The runs of this very recipe, the newest first; those that can't be read are passed over."""
    for run in sorted(_of_name(recipe, runs_folder), key=lambda run: run.path.name, reverse=True):
        try:
            is_same = not recipe_differences(recipe, run)
        except (RunError, RecipeError):
            continue
        if is_same:
            yield run


def why_a_new_run(recipe: Recipe, runs_folder: pathlib.Path) -> str:
    """Why there is nothing to resume, in a sentence."""
    interrupted = [run for run in _of_name(recipe, runs_folder) if _is_interrupted(run)]
    if not interrupted:
        return "Nothing to resume: no run of this recipe was interrupted. A new run starts."
    newest = max(interrupted, key=lambda run: run.path.name)
    try:
        keys = [line.partition(":")[0] for line in recipe_differences(recipe, newest)]
    except (RunError, RecipeError) as problem:
        return f"{newest.path} can't be resumed: {problem.what} A new run starts."
    differs = f"its recipe differs in {', '.join(keys)}" if keys else "a newer run of the recipe has finished"
    return f"Nothing to resume: {newest.path} was interrupted, but {differs}. A new run starts."


def note_of(run: RunFolder) -> str:
    """What to say where a new run starts and another one could be resumed."""
    if run.status == "trained":
        what = f"is trained, but its export or report is missing. To finish it: {resume_command(run)}"
    else:
        what = f"was interrupted. {interruption(run)}"
    # By its name: once there is a newer run, `--resume auto` takes that one.
    return f"{run.path} {what}. A new run starts now."


def mark_finished(run: RunFolder) -> None:
    """Write down that nothing of a run is left to do."""
    run.add_facts(**{_FINISHED: True})


def recipe_differences(recipe: Recipe, run: RunFolder) -> list[str]:
    """A line for each key in which a recipe differs from a run's, but for those without an effect on results."""
    wanted, found = (dotted(each.model_dump(mode="json", exclude_none=True)) for each in (recipe, run_recipe(run)))
    keys = [key for key in {**wanted, **found} if key not in WITHOUT_EFFECT and wanted.get(key) != found.get(key)]
    return [f"{key}: {found.get(key, 'not set')} in the run, {wanted.get(key, 'not set')} asked for" for key in keys]


def _of_name(recipe: Recipe, runs_folder: pathlib.Path) -> list[RunFolder]:
    return find_runs(runs_folder / recipe.name)


def _is_interrupted(run: RunFolder) -> bool:
    try:
        return run.is_interrupted
    except RunError:
        return False
