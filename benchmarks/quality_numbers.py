"""Whether numbers are learned as well as by Hugging Face's Trainer: same rows, weights and epochs, several seeds."""

import json
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import mean_absolute_error

from benchmarks import roster
from benchmarks.beside_trainer import train_beside_trainer
from benchmarks.contestants.inputs import read_rows
from benchmarks.quality import compare_with_peer
from benchmarks.report import figure
from benchmarks.rows import write_rows
from benchmarks.settings import Settings

_SPLITS = ("train", "validation", "test")


def train_with_trainer(name: str, recipe: str, overrides: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """Spearman's correlation and mean absolute error on the test rows, of both and of the mean of the training labels.

    The Trainer learns the mean squared error of standardised labels, as the recipe does, so that learning rates mean
    the same; its answers are in the data's unit again when they are measured.

    Raises:
        RuntimeError: a training fails.
    """
    rows = write_rows(recipe, dict(overrides), settings.scratch / "rows")
    labels = {split: np.array(read_rows(str(rows[split]))[1], np.float64) for split in _SPLITS}
    mean, deviation = float(labels["train"].mean()), float(labels["train"].std())
    scaled = {split: standardised(rows[split], mean, deviation) for split in _SPLITS}
    answers = settings.scratch / f"{recipe}-answers.npz"
    found: dict[str, dict[str, list[float]]] = {who: {} for who in (roster.OURS, roster.TRAINER)}
    for seed in range(1, settings.seeds + 1):
        theirs = {"answers": str(answers), "labels": 1, "problem": "regression"}
        seeded = {**overrides, "training.seed": seed}
        turns = train_beside_trainer(recipe, seeded, scaled, theirs=theirs, settings=settings)
        with np.load(answers) as values:
            measured = scores(labels["test"], mean + deviation * values["test"].reshape(-1))
        for who, turn in turns.items():
            told = {**(measured if who == roster.TRAINER else turn), "seconds": turn["seconds"]}
            for key in ("spearman", "mae", "seconds"):
                found[who].setdefault(key, []).append(told[key])
    ours, peers = found[roster.OURS], found[roster.TRAINER]
    constant = mean_absolute_error(labels["test"], np.full(len(labels["test"]), mean))
    return {
        "figures": [
            figure(f"{name} mean absolute error, always the mean", [float(constant)], ""),
            *(figure(f"{name} mean absolute error, {who}", each["mae"], "") for who, each in found.items()),
            *(figure(f"{name} Spearman, {who}", each["spearman"], "") for who, each in found.items()),
            *compare_with_peer(f"{name} Spearman", ours["spearman"], peers["spearman"]),
            *(figure(f"{name} training, {who}", each["seconds"], "s") for who, each in found.items()),
        ]
    }


def scores(labels: np.ndarray, values: np.ndarray) -> dict[str, float]:
    """`spearman` and `mae` of N rows."""
    return {
        "spearman": float(spearmanr(labels, values).statistic),
        "mae": float(mean_absolute_error(labels, values)),
    }


def standardised(path: pathlib.Path, mean: float, deviation: float) -> pathlib.Path:
    """A copy of a file of rows whose labels are in standard deviations from the mean."""
    scaled = path.with_name(f"{path.stem}-standardised.jsonl")
    with path.open(encoding="utf-8") as source, scaled.open("w", encoding="utf-8") as copy:
        for line in source:
            row = json.loads(line)
            copy.write(json.dumps({**row, "label": (row["label"] - mean) / deviation}) + "\n")
    return scaled
