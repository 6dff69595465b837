"""A search as it stands on disk: its recipe, its trials, and the final runs of what it chose."""

import dataclasses
import functools
import pathlib
import statistics
from collections.abc import Mapping
from typing import Any

from bert_tf.errors import RunError
from bert_tf.evaluation.intervals import Interval
from bert_tf.evaluation.predictions import read_predictions
from bert_tf.evaluation.split_metrics import score_intervals
from bert_tf.recipe.parameter import Parameter
from bert_tf.recipe.schema import Recipe
from bert_tf.recipe.space import search_space
from bert_tf.recipe.tuning import Direction
from bert_tf.tasks.recipes import load_recipe, trial_recipe
from bert_tf.tasks.table import task_of
from bert_tf.tuning.history import Trial, best_trial, read_history, trial_folder
from bert_tf.tuning.objective import objective_of
from bert_tf.tuning.trial import flat_metrics, trial_runs

BEST, DEFAULT = "best", "default"


@dataclasses.dataclass(frozen=True)
class Final:
    """The final runs of one set of values.

    Attributes:
        name: `best`, or `default` for the recipe as it stands.
        seeds: `training.seed` of each run.
        metrics: Flat, such as `test.macro_f1`: the mean over the seeds.
        spread: Standard deviation over the seeds.
    """

    name: str
    seeds: tuple[int, ...]
    metrics: dict[str, float]
    spread: dict[str, float]


@dataclasses.dataclass(frozen=True)
class Search:
    """A search.

    Attributes:
        folder: `runs/<recipe>.tuning`.
        recipe: As it stands, with its space.
        trials: By number.
        finals: By name; empty before the final runs.
    """

    folder: pathlib.Path
    recipe: Recipe
    trials: tuple[Trial, ...]
    finals: Mapping[str, Final]

    @property
    def objective(self) -> str:
        """What the trials are chosen by."""
        return self.recipe.tuning.objective

    @property
    def direction(self) -> Direction:
        """Whether less or more of the objective is better."""
        return objective_of(self.recipe).direction

    @functools.cached_property
    def parameters(self) -> list[Parameter]:
        """What the trials change of the recipe."""
        return search_space(self.recipe)

    @functools.cached_property
    def best(self) -> Trial | None:
        """The finished trial with the best score."""
        return best_trial(self.trials, direction=self.direction, epochs=self.recipe.training.epochs)

    @property
    def default(self) -> Trial | None:
        """The trial of the recipe as it stands; None where it failed, or didn't get to the last epoch (Hyperband)."""
        whole = [trial for trial in self.trials if trial.epochs in (None, self.recipe.training.epochs)]
        return next((each for each in whole if each.status == "finished" and self._origin(each).number == 0), None)

    @property
    def last_rungs(self) -> list[Trial]:
        """One trial for each set of values: those that no other trial went on from."""
        lower = {trial.continued_from for trial in self.trials if trial.status != "running"}
        return [trial for trial in self.trials if trial.id not in lower]

    @property
    def minutes(self) -> float:
        """Of all trials."""
        return sum(trial.seconds or 0.0 for trial in self.trials) / 60

    @property
    def tested(self) -> str:
        """The objective, measured on the test rows."""
        return f"test.{self.objective.partition('.')[2]}"

    def gain(self) -> float | None:
        """How much better the best trial's score is than the default's, 0 or more; None without both."""
        if self.best is None or self.best.score is None or self.default is None or self.default.score is None:
            return None
        return abs(self.best.score - self.default.score)

    def recipe_of(self, trial: Trial) -> Recipe:
        """The recipe with a trial's values."""
        return self.recipe if trial.number == 0 else trial_recipe(self.recipe, trial.values)

    def interval(self, trial: Trial) -> Interval | None:
        """95% bootstrap interval of a trial's score; None where there is none of it, or it is the mean over seeds."""
        runs = trial_runs(trial_folder(self.folder, trial.id))
        if len(runs) != 1:
            return None
        task = task_of(self.recipe)
        answers = read_predictions(runs[0].measured_predictions("validation"), task.columns()).answers
        intervals = score_intervals(task.metrics(), answers)
        return intervals.get(self.objective.removeprefix("validation."))

    def _origin(self, trial: Trial) -> Trial:
        by_id = {other.id: other for other in self.trials}
        while trial.continued_from is not None and trial.continued_from in by_id:
            trial = by_id[trial.continued_from]
        return trial


def read_search(folder: pathlib.Path) -> Search:
    """The search in a folder.

    Raises:
        RunError: there is none, or a file of it is damaged.
    """
    path = folder / "recipe.toml"
    if not path.is_file() or not (folder / "trials").is_dir():
        raise RunError(
            f"There is no search in {folder}.",
            where=str(folder.resolve()),
            hint="`bert-tf tune RECIPE` creates one, in runs/<recipe>.tuning",
        )
    finals = [_final(folder, name) for name in (BEST, DEFAULT)]
    return Search(
        folder=folder,
        recipe=load_recipe(str(path)),
        trials=tuple(read_history(folder)),
        finals={final.name: final for final in finals if final is not None},
    )


def final_folder(folder: pathlib.Path, name: str) -> pathlib.Path:
    """Where the final runs of the best values, or of the recipe's own, are: `final/<name>/seed-<n>/`."""
    return folder / "final" / name


def _final(folder: pathlib.Path, name: str) -> Final | None:
    runs = trial_runs(final_folder(folder, name))
    if not runs:
        return None
    each = [flat_metrics(run) for run in runs]
    values: dict[str, list[Any]] = {
        key: [metrics[key] for metrics in each] for key in each[0] if all(key in metrics for metrics in each)
    }
    return Final(
        name=name,
        seeds=tuple(run.recipe_values["training"]["seed"] for run in runs),
        metrics={key: statistics.fmean(found) for key, found in values.items()},
        spread={key: statistics.stdev(found) for key, found in values.items() if len(found) > 1},
    )
