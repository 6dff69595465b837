"""One trial: an ordinary run, in a process of its own, for each seed."""

import dataclasses
import pathlib
import shutil
import statistics
import time
from collections.abc import Sequence

from bert_tf.recipe.dotted import dotted
from bert_tf.recipe.load_recipe import resolved_toml
from bert_tf.recipe.schema import Recipe
from bert_tf.runs.run import RunFolder
from bert_tf.runs.run_metrics import SPLITS
from bert_tf.tuning.job import Ended, Job, Outcome
from bert_tf.tuning.objective import objective_of
from bert_tf.tuning.process import run_job
from bert_tf.tuning.pruning import quartile_curve

_SEEDS = 2**32


@dataclasses.dataclass(frozen=True)
class TrialResult:
    """What came of a trial.

    Attributes:
        status: `pruned` was ended early because it was behind; its metrics are those of its best epoch.
        metrics: Flat, such as `validation.macro_f1`: the mean over the seeds. Empty for a trial that failed.
        spread: Standard deviation over the seeds, for each of them; empty with one seed.
        seconds: From the start of the first process to the end of the last.
        training_seconds: Those of them in which epochs were trained and validated.
        peak_memory_mib: Of the largest process; None where none wrote it down.
        epochs: That are done, those before it was continued included.
        reason: Why it was pruned or failed.
    """

    status: Ended
    metrics: dict[str, float]
    spread: dict[str, float]
    seconds: float
    training_seconds: float
    peak_memory_mib: int | None
    epochs: int
    reason: str | None = None


def run_trial(
    recipe: Recipe,
    *,
    folder: pathlib.Path,
    cache_folder: pathlib.Path,
    epochs: int | None = None,
    resume_from: pathlib.Path | None = None,
    finished: Sequence[pathlib.Path] = (),
    seeds: int = 1,
    measure_test: bool = False,
) -> TrialResult:
    """Train and validate a recipe; the test rows are not looked at unless that is asked for.

    A run that is there already, whole, is not trained again; see `run_job` for one that was ended half-way.

    Args:
        recipe: With the trial's values. Its `tuning` says what the objective is.
        folder: The run's folder; with more than one seed it holds `seed-<n>/` for each.
        cache_folder: As of `train_recipe`.
        epochs: Last epoch, where that is not the recipe's own; the schedule is that of the recipe's epochs.
        resume_from: Folder of the trial, of the same recipe and fewer epochs, that this one goes on from.
        finished: Folders of finished trials. At the end of an epoch the trial is ended if it is behind most of them,
            see `QuartileRule`; fewer than `LEAST_TRIALS` end nothing.
        seeds: Repeats, with `training.seed` and those after it. The first that is pruned or fails is the last.
        measure_test: Measure the test rows as well: for what was chosen already.

    Raises:
        BertTfError: what is wrong with the recipe, the data or the machine, whatever the trial. KeyboardInterrupt when
            the user stops it, after the process has ended.
    """
    started = time.perf_counter()
    quartiles = _quartiles(recipe, finished)
    jobs: list[Job] = []
    for own in (_with_seed(recipe, number) for number in range(seeds)):
        name = f"seed-{own.training.seed}" if seeds > 1 else ""
        job = Job(
            recipe=resolved_toml(own),
            folder=str(folder / name),
            cache_folder=str(cache_folder),
            until_epoch=epochs,
            resume_from=None if resume_from is None else str(resume_from / name),
            measure_test=measure_test,
            quartiles=tuple(quartiles),
        )
        jobs.append(job)
    _remove_others(folder, jobs)
    last, runs = _run(jobs)
    return _result(last, runs, seconds=time.perf_counter() - started)


def _run(jobs: Sequence[Job]) -> tuple[Outcome, list[RunFolder]]:
    """How the last that was needed ended, and the runs that were measured."""
    runs = []
    for job in jobs:
        outcome, run = run_job(job), RunFolder(pathlib.Path(job.folder))
        if run.is_measured:
            runs.append(run)
        if outcome.status != "finished":
            break
    return outcome, runs


def _remove_others(folder: pathlib.Path, jobs: Sequence[Job]) -> None:
    """Remove what another number of seeds, or other seeds, left."""
    if len(jobs) > 1 and RunFolder(folder).is_measured:
        shutil.rmtree(folder)
    wanted = {job.folder for job in jobs}
    for path in folder.glob("seed-*"):
        if path.is_dir() and str(path) not in wanted:
            shutil.rmtree(path)


def trial_runs(folder: pathlib.Path) -> list[RunFolder]:
    """The runs of a trial that were measured: the folder itself, or one for each seed in it."""
    runs = [RunFolder(folder), *map(RunFolder, sorted(folder.glob("seed-*")))]
    return [run for run in runs if run.is_measured]


def _with_seed(recipe: Recipe, number: int) -> Recipe:
    training = recipe.training
    seed = (training.seed + number) % _SEEDS
    return recipe.model_copy(update={"training": training.model_copy(update={"seed": seed})})


def _quartiles(recipe: Recipe, finished: Sequence[pathlib.Path]) -> list[float]:
    objective = objective_of(recipe)
    runs = [next(iter(trial_runs(folder)), None) for folder in finished]
    curves = [objective.curve(run.metrics.get("epochs", ())) for run in runs if run]
    return quartile_curve(curves, direction=objective.direction)


def _result(last: Outcome, runs: Sequence[RunFolder], *, seconds: float) -> TrialResult:
    failed = last.status == "failed"
    facts = [run.facts for run in runs]
    metrics = [] if failed else [flat_metrics(run) for run in runs]
    names = set(metrics[0]).intersection(*metrics[1:]) if metrics else set()
    values = {name: [each[name] for each in metrics] for name in sorted(names)}
    peaks = [each["peak_memory_mib"] for each in facts if "peak_memory_mib" in each]
    return TrialResult(
        status=last.status,
        metrics={name: statistics.fmean(each) for name, each in values.items()},
        spread={name: statistics.stdev(each) for name, each in values.items()} if len(metrics) > 1 else {},
        seconds=round(seconds, 1),
        training_seconds=round(sum(each.get("training_seconds", 0.0) for each in facts), 1),
        peak_memory_mib=max(peaks, default=None),
        epochs=max((len(run.metrics.get("epochs", ())) for run in runs), default=0),
        reason=last.reason,
    )


def flat_metrics(run: RunFolder) -> dict[str, float]:
    """The figures of metrics.json on each split by their place in it, such as `validation.per_class.good.f1`."""
    metrics = {split: found for split, found in run.metrics.items() if split in SPLITS}
    return {name: float(value) for name, value in dotted(metrics).items() if isinstance(value, int | float)}
