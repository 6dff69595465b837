"""A search: from a recipe's `[tuning]` to a folder of trials. The same call goes on where an earlier one was ended."""

import contextlib
import fcntl
import math
import os
import pathlib
import shutil
from collections.abc import Callable, Iterator, Sequence

from rich.console import Console

from bert_tf.atomic import new_file
from bert_tf.documents import parse_toml
from bert_tf.errors import BertTfError, RecipeError, RunError, StoppedError, TuningError
from bert_tf.permissions import private_folder
from bert_tf.plurals import counted
from bert_tf.recipe.dotted import differing, dotted
from bert_tf.recipe.load_recipe import resolved_toml
from bert_tf.recipe.parameter import Parameter
from bert_tf.recipe.schema import Recipe
from bert_tf.recipe.space import search_space
from bert_tf.recipe.tuning import Tuning
from bert_tf.runs.run import EXPORT
from bert_tf.system_errors import system_errors_as
from bert_tf.temporaries import remove_leftovers
from bert_tf.tuning.history import Trial, read_history
from bert_tf.tuning.roles import Role, role
from bert_tf.tuning.trial import TrialResult
from bert_tf.tuning.trial import run_trial as run_real_trial

_RECIPE = "recipe.toml"
_PROBLEM = "problem.json"
_LOCK = ".lock"
_KERAS_TUNER = "keras_tuner"
_OF_A_RUN = "run.json"
# What may change between the calls that make a search: its limits, and what no trial depends on.
_FREE = ("tuning.max_trials", "tuning.max_minutes", "description", "report.", "export.")


def search_folder(recipe: Recipe, runs_folder: pathlib.Path) -> pathlib.Path:
    """Where the search of a recipe is kept unless another place is named."""
    return runs_folder / f"{recipe.name}.tuning"


def tune_recipe(
    recipe: Recipe,
    *,
    folder: pathlib.Path,
    cache_folder: pathlib.Path,
    overwrite: bool = False,
    console: Console | None = None,
    run_trial: Callable[..., TrialResult] = run_real_trial,
) -> list[Trial]:
    """Search the space of a recipe, or go on with that; trial 0 is the recipe as it stands.

    With keras-tuner's variables set, this process is the chief of a search or one of its workers. All of them call this
    with the same recipe and the same folder, which they share.

    Args:
        recipe: Resolved, with its space in `tuning`.
        folder: Gets `recipe.toml`, `keras_tuner/` and `trials/`.
        cache_folder: As of `train_recipe`.
        overwrite: Remove what an earlier search left there.
        console: Gets a line when a trial starts and when it ends; None shows none.
        run_trial: Trains a trial, as `bert_tf.tuning.trial.run_trial`.

    Returns:
        All trials in the folder, those of earlier calls and of other workers among them.

    Raises:
        RecipeError: the space is wrong, or the folder holds the search of another recipe.
        TuningError: trials fail all alike, or the search is running already.
        BertTfError: what is wrong with data or machine, told by a trial. StoppedError when the user ends the search.
    """
    console = console or Console(quiet=True)
    parameters = search_space(recipe)
    own_role = role(os.environ)
    with contextlib.ExitStack() as stack:
        if own_role != "worker":
            stack.enter_context(_held(folder))
            _open(folder, recipe, overwrite=overwrite)
            _tell_of_cut_grid(recipe.tuning, parameters, console)
        stack.enter_context(_told(folder, recipe))
        _search(recipe, parameters, folder, cache_folder, own_role, run_trial, console)
    return read_history(folder)


def _search(
    recipe: Recipe,
    parameters: Sequence[Parameter],
    folder: pathlib.Path,
    cache_folder: pathlib.Path,
    own_role: Role,
    run_trial: Callable[..., TrialResult],
    console: Console,
) -> None:
    # keras-tuner imports Keras 3, and that TensorFlow.
    from keras_tuner.errors import FatalError

    from bert_tf.tuning.chief import leave_problem, serve
    from bert_tf.tuning.keras_tuner_space import hyperparameters, is_in_space
    from bert_tf.tuning.oracles import make_oracle
    from bert_tf.tuning.tuner import RecipeTuner

    space = hyperparameters(parameters, recipe)
    oracle = make_oracle(recipe, space, own_values_count=is_in_space(parameters, recipe))
    if own_role != "worker":
        oracle.keep_in(folder / _KERAS_TUNER / "oracle.json")
    if own_role == "chief":
        serve(oracle, problem_file=folder / _PROBLEM)
        return
    tuner = RecipeTuner(
        oracle,
        recipe=recipe,
        parameters=parameters,
        folder=folder,
        cache_folder=cache_folder,
        run_trial=run_trial,
        console=console,
    )
    if own_role == "worker":
        # Waits for the chief, who writes the recipe before it answers.
        tuner.oracle.get_space()
        _check_same(folder, recipe)
    try:
        tuner.search()
    except FatalError as fatal:
        problem = fatal.__cause__ or fatal
        if own_role == "worker" and isinstance(problem, BertTfError) and not isinstance(problem, StoppedError):
            leave_problem(folder / _PROBLEM, problem)
        raise problem from None


def _tell_of_cut_grid(tuning: Tuning, parameters: Sequence[Parameter], console: Console) -> None:
    points = math.prod(len(parameter.listed or ()) for parameter in parameters)
    if tuning.algorithm == "grid" and points > tuning.max_trials:
        console.print(
            f"The grid has {points:,} points (fewer with conditions), but the search ends after {tuning.max_trials} "
            "trials, before the first parameters have varied much. Raise tuning.max_trials, or use random search.",
            highlight=False,
            soft_wrap=True,
        )


@contextlib.contextmanager
def _held(folder: pathlib.Path) -> Iterator[None]:
    """Keep other processes from the same search; the lock goes with the process, however that ends."""
    hint = "choose a writable folder with --folder"
    with system_errors_as(RunError, "The search can't be stored here", where=str(folder), hint=hint):
        private_folder(folder)
        remove_leftovers(folder, but=EXPORT)
        lock = (folder / _LOCK).open("w")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise TuningError(
                "This search is already running in another process.",
                where=str(folder),
                hint="wait for it, stop it, or start another search with --folder",
            ) from problem
        yield


def check_folder(folder: pathlib.Path, recipe: Recipe, *, overwrite: bool = False) -> None:
    """Whether a search can begin in a folder, or go on there; arguments as of `tune_recipe`.

    Raises:
        RunError: it holds something else. RecipeError: it holds the search of another recipe.
    """
    names = {path.name for path in _content(folder)}
    if names and (_RECIPE not in names or _OF_A_RUN in names):
        raise RunError("This folder doesn't hold a search.", where=str(folder), hint="choose another one with --folder")
    if names and not overwrite:
        _check_same(folder, recipe)


def _content(folder: pathlib.Path) -> list[pathlib.Path]:
    kept = [] if not folder.is_dir() else list(folder.iterdir())
    kept = [path for path in kept if path.name != _LOCK and not path.name.startswith(f".{_RECIPE}.")]
    return [path for path in kept if not _is_of_a_waiting_worker(path)]


def _is_of_a_waiting_worker(path: pathlib.Path) -> bool:
    """A worker that came before its chief has made keras-tuner's folder, with nothing in it."""
    return path.name == _KERAS_TUNER and path.is_dir() and not any(path.iterdir())


def _open(folder: pathlib.Path, recipe: Recipe, *, overwrite: bool) -> None:
    """Begin a search in a folder, or make sure that the one in it is of this recipe."""
    check_folder(folder, recipe, overwrite=overwrite)
    # The recipe last: what a killed process leaves is a search as long as that is there.
    for path in sorted(_content(folder), key=lambda path: path.name == _RECIPE) if overwrite else ():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (folder / _PROBLEM).unlink(missing_ok=True)
    with new_file(folder / _RECIPE, error=RunError) as temporary:
        temporary.write_text(resolved_toml(recipe), encoding="utf-8")


def _check_same(folder: pathlib.Path, recipe: Recipe) -> None:
    """The trials of a search are comparable only when they are of one recipe."""
    try:
        began = dotted(parse_toml((folder / _RECIPE).read_bytes()))
    except (OSError, ValueError) as problem:
        raise RunError(
            f"The recipe this search was started with can't be read: {problem}.",
            where=str(folder / _RECIPE),
            hint="--overwrite starts over",
        ) from problem
    changed = differing((began, dotted(parse_toml(resolved_toml(recipe).encode()))))
    problems = [
        f"{key}: was {before!r}, is {now!r}" for key, (before, now) in changed.items() if not key.startswith(_FREE)
    ]
    if problems:
        raise RecipeError(
            "This search was started with another recipe, so new trials would not be comparable:",
            where=str(folder / _RECIPE),
            problems=problems,
            hint="undo the change, use another --folder, or start over with --overwrite, which removes "
            f"{counted(len(read_history(folder)), 'trial')}",
        )


@contextlib.contextmanager
def _told(folder: pathlib.Path, recipe: Recipe) -> Iterator[None]:
    """Make Ctrl-C a sentence."""
    try:
        yield
    except (KeyboardInterrupt, StoppedError) as stop:
        done = sum(trial.status != "running" for trial in read_history(folder))
        raise StoppedError(
            f"The search was stopped with {done} of {counted(recipe.tuning.max_trials, 'trial')} done and saved.",
            where=str(folder),
            hint="run the same command to resume with the next trial",
        ) from stop
