"""Searches that are on disk as `tune_recipe` leaves them, without the training."""

import pathlib
import shutil
from typing import Any

import numpy as np

from bert_tf.evaluation.split_metrics import Answers, split_metrics
from bert_tf.recipe.load_recipe import resolved_toml
from bert_tf.runs.run import new_run
from bert_tf.tasks.classify.metrics import ClassifyMetrics
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tuning.history import Trial, trial_folder, write_trial
from bert_tf.tuning.results import final_folder

SPACE = {
    "training.learning_rate": {"log_uniform": [1e-5, 1e-3]},
    "training.batch_size": {"choice": [8, 16, 32]},
    "model.dropout": {"uniform": [0.0, 0.3]},
}


def make_search(folder: pathlib.Path, trials: list[dict[str, Any]], **changes: Any) -> pathlib.Path:
    """A search of bbc-news; each trial says what differs from the usual one."""
    overrides = {"tuning.space": SPACE, **{key.replace("__", "."): value for key, value in changes.items()}}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recipe.toml").write_text(resolved_toml(load_recipe("bbc-news", overrides)))
    (folder / "trials").mkdir(exist_ok=True)
    for number, given in enumerate(trials):
        own = {"training.learning_rate": 1e-4, "training.batch_size": 32, "model.dropout": None}
        usual = {
            "id": f"{number:02d}",
            "number": number,
            "values": own if number == 0 else {**own, "training.learning_rate": 1e-4 * number, "model.dropout": 0.1},
            "status": "finished",
            "started": f"2026-01-01T12:{number:02d}:00+00:00",
            "seconds": 60.0 + number,
        }
        trial = Trial(**{**usual, **given})
        if trial.score is not None and not trial.metrics:
            trial = Trial(**{**usual, **given, "metrics": {"validation.accuracy": trial.score}})
        write_trial(folder, trial)
    return folder


def add_run(folder: pathlib.Path, trial_id: str, run: pathlib.Path) -> None:
    """Let a trial have a real run's folder."""
    shutil.copytree(run, trial_folder(folder, trial_id), ignore=shutil.ignore_patterns("export", "checkpoints"))


def add_final(folder: pathlib.Path, name: str, accuracies: list[float]) -> None:
    """Final runs, each with a score on the test rows."""
    for seed, accuracy in enumerate(accuracies, start=1):
        recipe = load_recipe("bbc-news", {"training.seed": seed})
        run = new_run(recipe, folder, folder=final_folder(folder, name) / f"seed-{seed}")
        run.add_facts(status="trained")
        run.write_metrics({"test": _metrics(accuracy), "epochs": []})


def _metrics(accuracy: float) -> dict[str, Any]:
    """Of ten rows with two labels."""
    labels = np.arange(10) % 2
    right = np.arange(10) < round(10 * accuracy)
    logits = np.eye(2)[np.where(right, labels, 1 - labels)]
    answers = Answers(labels, {"logits": logits}, {"label_names": ("business", "tech")})
    return split_metrics(ClassifyMetrics(), answers, truncated=np.zeros(10, bool))
