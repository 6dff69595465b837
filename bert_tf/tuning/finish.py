"""The end of a search: its best values as a recipe, final runs of them on several seeds, and a page."""

import contextlib
import dataclasses
import pathlib

from rich.console import Console

from bert_tf.errors import RunError
from bert_tf.recipe.schema import Recipe
from bert_tf.runs.run import find_runs
from bert_tf.scores import spread_text
from bert_tf.stage import Stage
from bert_tf.tuning.best_recipe import write_best_recipe
from bert_tf.tuning.dashboard import write_hparams
from bert_tf.tuning.results import BEST, DEFAULT, Search, final_folder, read_search
from bert_tf.tuning.search_page import write_page
from bert_tf.tuning.trial import TrialResult, run_trial
from bert_tf.workflow.report import report_run

SEEDS = 3


@dataclasses.dataclass(frozen=True)
class Finished:
    """What a search leaves.

    Attributes:
        search: With its final runs.
        recipe: The file with the best values.
        page: `tuning.html`.
    """

    search: Search
    recipe: pathlib.Path
    page: pathlib.Path


def finish_search(
    folder: pathlib.Path,
    *,
    recipe_path: pathlib.Path,
    cache_folder: pathlib.Path,
    seeds: int = SEEDS,
    console: Console | None = None,
) -> Finished:
    """Write down what a search found, and measure the test rows: once, by runs that chose nothing.

    The best values and the recipe's own are trained anew on the same seeds. What an earlier call trained of that is
    kept, as long as the best values are the same.

    Args:
        folder: Of the search.
        recipe_path: Where the best recipe goes; see `best_path`.
        cache_folder: As of `train_recipe`.
        seeds: How many; 0 for no final runs.
        console: Gets a line for each set of final runs; None shows none.

    Raises:
        TuningError: no trial has finished. BertTfError: what is wrong with the test rows or the machine.
    """
    console = console or Console(quiet=True)
    search = read_search(folder)
    # Before the final runs, which take a while: whoever ends them has the recipe already.
    write_best_recipe(search, recipe_path)
    write_hparams(search)
    for name, recipe in _chosen(search).items() if seeds else ():
        with Stage(console, f"training the final runs of {_whose(name)}"):
            result = run_trial(
                recipe, folder=final_folder(folder, name), cache_folder=cache_folder, seeds=seeds, measure_test=True
            )
        console.print(_told(name, result, search), highlight=False, markup=False, soft_wrap=True)
    with Stage(console, "writing the reports of all trials"):
        write_reports(folder)
    search = read_search(folder)
    return Finished(search, write_best_recipe(search, recipe_path), write_page(search))


def write_reports(folder: pathlib.Path) -> None:
    """Write `report.html` for each run of the search in `folder` that has none yet; no model is loaded for it."""
    for run in find_runs(folder):
        if not (run.path / "report.html").is_file():
            # A run that was killed may be half there: that is no reason to end a search without a page.
            with contextlib.suppress(RunError):
                report_run(run, seconds=0)


def _chosen(search: Search) -> dict[str, Recipe]:
    best = search.best
    chosen = {} if best is None else {BEST: search.recipe_of(best)}
    return chosen if best is None or best.number == 0 else {**chosen, DEFAULT: search.recipe}


def _whose(name: str) -> str:
    return "the best values" if name == BEST else "the recipe's own values"


def _told(name: str, result: TrialResult, search: Search) -> str:
    whose = _whose(name)
    if result.status == "failed":
        return f"final runs of {whose} failed: {result.reason}"
    tested = search.tested if search.tested in result.metrics else search.objective
    score = spread_text(result.metrics[tested], result.spread.get(tested))
    return f"final runs of {whose}: {tested} {score} in {result.seconds:.0f} s"
