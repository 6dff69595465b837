"""A search, and what it takes beside training: time, and memory of the process that searches.

    python -m benchmarks.tuning imdb --set "data.train=train[:2000]" --set training.epochs=3
    python -m benchmarks.tuning sst2 --set "data.train=my/train.tsv[:2000]" --set data.validation=0.1 --set data.test=

runs `bert-tf tune`'s search in this process, without final runs, in an empty folder and with a cache that holds data,
token ids and kernels after the first trial. The recipe's own space is searched, or SPACE where it has none. Training
is what `training_seconds` of each run says: epochs and their validation. Everything else counts as overhead: starting
processes, importing, reading data, building the model, keras-tuner, and the report of each trial.
"""

import argparse
import pathlib
import resource
import tempfile
import time
from collections.abc import Sequence
from typing import Any

from bert_tf.environment import cache_folder
from bert_tf.recipe.load_recipe import parse_overrides
from bert_tf.recipe.schema import Recipe
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tuning.finish import write_reports
from bert_tf.tuning.history import Trial
from bert_tf.tuning.results import read_search
from bert_tf.tuning.search import tune_recipe
from bert_tf.tuning.trial import TrialResult, run_trial

SPACE = {
    "training.learning_rate": {"log_uniform": [1e-5, 2e-4]},
    "training.batch_size": {"choice": [16, 32]},
    "model.dropout": {"uniform": [0.0, 0.3]},
}


def read_recipe(name: str, assignments: Sequence[str], *, trials: int) -> Recipe:
    """The recipe, with a space to search."""
    overrides = {**parse_overrides(assignments), "tuning.max_trials": trials}
    if not load_recipe(name, overrides).tuning.space:
        overrides["tuning.space"] = SPACE
    return load_recipe(name, overrides)


def peak_mebibytes() -> int:
    """Of this process; the trials' own are its children."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def report(trials: Sequence[Trial], *, seconds: float, peaks: Sequence[int]) -> list[str]:
    """The lines to print."""
    training = sum(trial.training_seconds or 0.0 for trial in trials)
    in_trials = sum(trial.seconds or 0.0 for trial in trials)
    largest = max((trial.peak_memory_mib or 0 for trial in trials), default=0)
    return [
        f"{len(trials)} trials in {seconds:.0f} s: training {training:.0f} s, overhead {1 - training / seconds:.1%}",
        f"  around training, in the trials' processes: {in_trials - training:.0f} s "
        f"({(in_trials - training) / max(len(trials), 1):.1f} s a trial)",
        f"  between trials, and for their reports: {seconds - in_trials:.1f} s",
        f"peak memory of this process after each trial, MiB: {', '.join(map(str, peaks))}",
        f"peak memory of the largest trial: {largest:.0f} MiB",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe")
    parser.add_argument("--set", dest="assignments", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--folder", type=pathlib.Path, help="keeps the search there; a temporary folder without it")
    arguments = parser.parse_args()
    recipe = read_recipe(arguments.recipe, arguments.assignments, trials=arguments.trials)
    peaks: list[int] = []

    def measured(recipe: Recipe, **settings: Any) -> TrialResult:
        result = run_trial(recipe, **settings)
        peaks.append(peak_mebibytes())
        print(
            f"trial {len(peaks) - 1}: {result.status}, {result.seconds:.0f} s, training {result.training_seconds:.0f} s"
        )
        return result

    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or pathlib.Path(scratch) / "search"
        started = time.perf_counter()
        tune_recipe(recipe, folder=folder, cache_folder=cache_folder(), run_trial=measured)
        write_reports(folder)
        seconds = time.perf_counter() - started
        search = read_search(folder)
    for whose, trial in (("recipe as it stands", search.default), ("best", search.best)):
        if trial:
            print(f"{whose}: {search.objective} {trial.score:.4f}, {trial.values}")
    print("\n".join(report(search.trials, seconds=seconds, peaks=peaks)))


if __name__ == "__main__":
    main()
