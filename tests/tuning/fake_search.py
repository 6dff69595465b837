"""A search without training: trials that cost nothing and whose best values are known.

Started as a program, `python fake_search.py FOLDER ALGORITHM`, it is a process of such a search.
"""

import dataclasses
import math
import os
import pathlib
import sys
import time

from bert_tf.errors import BertTfError
from bert_tf.recipe.schema import Recipe
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


def recipe(space: dict | None = None, *, epochs: int = 3, training: dict | None = None, **tuning: object) -> Recipe:
    return Recipe.model_validate(
        {
            "name": "mine",
            "task": "classify",
            "data": {"source": "files", "validation": 0.1},
            "training": {"epochs": epochs, **(training or {})},
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


def _main() -> int:
    from bert_tf.tuning.search import tune_recipe

    folder, algorithm = pathlib.Path(sys.argv[1]), sys.argv[2]
    space = STEPS if algorithm == "grid" else CONDITIONAL

    def slow(trial: Recipe, **others: object) -> TrialResult:
        time.sleep(0.3)
        with (folder / "runs.txt").open("a") as runs:
            runs.write(f"{pathlib.Path(str(others['folder'])).name} {os.environ.get('KERASTUNER_TUNER_ID')}\n")
        return smooth(trial, **others)

    try:
        tune_recipe(
            recipe(space, algorithm=algorithm, max_trials=14),
            folder=folder,
            cache_folder=folder / "cache",
            run_trial=slow,
        )
    except BertTfError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
