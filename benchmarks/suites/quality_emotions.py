"""Macro F1 on GoEmotions beside Hugging Face's Trainer: same rows, weights, epochs, and choice of thresholds."""

import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import expit
from sklearn.metrics import f1_score

from benchmarks import roster
from benchmarks.beside_trainer import train_beside_trainer
from benchmarks.contestants.inputs import read_rows
from benchmarks.quality import compare_with_peer
from benchmarks.report import figure
from benchmarks.rows import write_rows
from benchmarks.settings import Settings
from bert_tf.tasks.multilabel.decision_thresholds import best_thresholds
from bert_tf.tasks.multilabel.measured_sets import constant_macro_f1

_RECIPE = "emotions"
_SCORE = "GoEmotions macro F1"


def run(settings: Settings) -> dict[str, Any]:
    """Raises RuntimeError without `settings.goemotions`, or where a training fails."""
    if settings.goemotions is None:
        raise RuntimeError("--goemotions names no folder with train.tsv, dev.tsv, test.tsv and labels.txt")
    folder = settings.goemotions
    overrides = {
        "data.train": f"{folder}/train.tsv" + (f"[:{settings.rows}]" if settings.rows else ""),
        "data.validation": f"{folder}/dev.tsv",
        "data.test": f"{folder}/test.tsv",
        "multilabel.names_file": f"{folder}/labels.txt",
    }
    rows = write_rows(_RECIPE, overrides, settings.scratch / "rows")
    answers, expected = settings.scratch / "emotions-answers.npz", _labels(rows["test"])
    theirs = {"answers": str(answers), "labels": expected.shape[1], "problem": "multi_label_classification"}
    found: dict[str, list[float]] = {roster.OURS: [], roster.TRAINER: []}
    seconds: dict[str, list[float]] = {roster.OURS: [], roster.TRAINER: []}
    for seed in range(1, settings.seeds + 1):
        seeded = {**overrides, "training.seed": seed}
        turns = train_beside_trainer(_RECIPE, seeded, rows, theirs=theirs, settings=settings)
        found[roster.OURS].append(turns[roster.OURS]["macro_f1"])
        found[roster.TRAINER].append(macro_f1(answers, rows))
        for who, turn in turns.items():
            seconds[who].append(turn["seconds"])
    constant = constant_macro_f1(expected)
    return {
        "figures": [
            figure(f"{_SCORE}, always giving all labels", [constant], ""),
            *(figure(f"{_SCORE}, {who}", values, "") for who, values in found.items()),
            *compare_with_peer("GoEmotions", found[roster.OURS], found[roster.TRAINER]),
            *(figure(f"GoEmotions training, {who}", values, "s") for who, values in seconds.items()),
        ]
    }


def macro_f1(answers: pathlib.Path, rows: Mapping[str, pathlib.Path]) -> float:
    """Of the test rows, with thresholds chosen on the validation rows as bert_tf does.

    Args:
        answers: Logits by split, as NumPy's `savez` writes them.
        rows: Files by split, as of `write_rows`.
    """
    with np.load(answers) as logits:
        probabilities = {name: expit(logits[name].astype(np.float64)) for name in ("validation", "test")}
    thresholds = best_thresholds(_labels(rows["validation"]), probabilities["validation"])
    selected = probabilities["test"] >= np.array(thresholds)
    return float(f1_score(_labels(rows["test"]), selected, average="macro", zero_division=0))


def _labels(path: pathlib.Path) -> np.ndarray:
    """bool [N, C]."""
    return np.array(read_rows(str(path))[1], bool)
