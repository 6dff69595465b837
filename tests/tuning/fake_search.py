"""A search without training: trials that cost nothing and whose best values are known; and processes of it."""

import dataclasses
import math
import multiprocessing
import os
import pathlib
import sys
import tempfile
import time
from collections.abc import Mapping

from bert_tf.errors import BertTfError
from bert_tf.recipe.schema import Recipe
from bert_tf.tasks.recipes import make_recipe
from bert_tf.tuning.history import Trial
from bert_tf.tuning.trial import TrialResult

SPACE = {
    "training.learning_rate": {"log_uniform": [1e-5, 1e-1]},
    "model.dropout": {"uniform": [0.0, 0.8]},
    # What real searches have as well: a key that doesn't matter.
    "training.weight_decay": {"uniform": [0.0, 0.5]},
}
STEPS = {key: {**values, "steps": 5} for key, values in SPACE.items()}
CONDITIONAL = {
    "training.schedule": {"choice": ["linear", "constant"]},
    "training.warmup": {"uniform": [0.0, 0.4], "when": {"training.schedule": "linear"}},
    "training.gradient_checkpointing": {"choice": [False, True]},
    "training.batch_size": {"integer": [8, 64]},
}


def recipe(
    space: dict | None = None,
    *,
    epochs: int = 3,
    training: dict | None = None,
    classify: dict | None = None,
    **tuning: object,
) -> Recipe:
    return make_recipe(
        {
            "name": "mine",
            "task": "classify",
            "data": {"source": "files", "validation": 0.1},
            "training": {"epochs": epochs, **(training or {})},
            "classify": classify or {},
            "tuning": {"space": SPACE if space is None else space, "pruning": False, **tuning},
        }
    )


def result(score: float = 0.5, *, status: str = "finished", reason: str | None = None) -> TrialResult:
    return TrialResult(
        status=status,
        metrics={} if status == "failed" else {"validation.accuracy": score},
        spread={},
        seconds=1.0,
        training_seconds=0.5,
        peak_memory_mib=100,
        epochs=1,
        reason=reason,
    )


def place(trial: Recipe) -> tuple[float, float]:
    """Learning rate and dropout of a trial, as shares of their ranges."""
    return (math.log10(trial.training.learning_rate) + 5) / 4, (trial.model.dropout or 0.0) / 0.8


def smooth(
    trial: Recipe, *, epochs: int | None = None, best: tuple[float, float] = (0.5, 0.5), **_: object
) -> TrialResult:
    """A score that falls with the distance from the best learning rate and dropout, and grows with the epochs."""
    share = (epochs or trial.training.epochs) / trial.training.epochs
    return result((1 - math.dist(place(trial), best) ** 2) * (1 - 0.3 * math.exp(-3 * share)))


def told(trials: list[Trial]) -> list[dict]:
    """What two searches that are one and the same have in common."""
    return [{**dataclasses.asdict(trial), "started": "", "worker": "", "process": None} for trial in trials]


def hold_from(folder: pathlib.Path, number: int | None) -> None:
    """Have the processes of a search wait in each trial from this one on, until another number is said, or None.

    So what a test does in the midst of a search comes in its midst, however late."""
    path = folder.with_name("hold.txt")
    if number is None:
        path.unlink()
        return
    path.with_suffix(".new").write_text(str(number))
    path.with_suffix(".new").replace(path)


def _is_held(folder: pathlib.Path, number: int) -> bool:
    try:
        return number >= int(folder.with_name("hold.txt").read_text())
    except FileNotFoundError:
        return False


# Forked from a process that has imported everything, which takes seconds, and done nothing yet.
_READY = multiprocessing.get_context("forkserver")
_READY.set_forkserver_preload(["bert_tf.tuning.chief", "bert_tf.tuning.oracles", "bert_tf.tuning.tuner"])


class SearchProcess:
    """A process of a search of 14 trials.

    Args:
        folder: Of the search; processes of one search have one.
        algorithm: As of the recipe.
        environment: Beside this process's own.
    """

    def __init__(
        self,
        folder: pathlib.Path,
        algorithm: str,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        scratch = pathlib.Path(tempfile.mkdtemp(prefix="process-", dir=folder.parent))
        self._output, self._errors = scratch / "output.txt", scratch / "errors.txt"
        files = (self._output, self._errors)
        for path in files:
            path.touch()
        # Comes back once everything is imported: from here on tests count the seconds.
        first = _READY.Process(target=int)
        first.start()
        first.join()
        arguments = (folder, algorithm, dict(environment or {}), files)
        self._process = _READY.Process(target=_search, args=arguments)
        self._process.start()

    @property
    def status(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._process.exitcode

    @property
    def said(self) -> str:
        """All that it has printed."""
        return self._output.read_text()

    @property
    def errors(self) -> str:
        """The same on standard error."""
        return self._errors.read_text()

    def kill(self) -> None:
        """As `kill -9` does."""
        self._process.kill()
        self._process.join()

    def wait(self, seconds: float = 600) -> int:
        """Its exit status, once it has ended."""
        self._process.join(seconds)
        assert self.status is not None, self.errors
        return self.status


def _search(
    folder: pathlib.Path,
    algorithm: str,
    environment: Mapping[str, str],
    files: tuple[pathlib.Path, ...],
) -> None:
    from bert_tf.tuning.search import tune_recipe

    os.environ.update(environment)
    for path, descriptor in zip(files, (1, 2), strict=True):
        with path.open("w") as file:
            os.dup2(file.fileno(), descriptor)

    def slow(trial: Recipe, **others: object) -> TrialResult:
        time.sleep(0.1)
        while _is_held(folder, int(pathlib.Path(str(others["folder"])).name)):
            time.sleep(0.01)
        with (folder / "runs.txt").open("a") as runs:
            runs.write(f"{pathlib.Path(str(others['folder'])).name} {os.environ.get('KERASTUNER_TUNER_ID')}\n")
        return smooth(trial, **others)

    try:
        tune_recipe(
            recipe(CONDITIONAL, algorithm=algorithm, max_trials=14),
            folder=folder,
            cache_folder=folder / "cache",
            run_trial=slow,
        )
    except BertTfError as error:
        sys.exit(f"{type(error).__name__}: {error}")
