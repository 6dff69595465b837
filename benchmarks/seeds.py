"""One classifier trained in several ways on the same rows, once for each seed: accuracies, steps and seconds."""

import argparse
import csv
import dataclasses
import pathlib
import random
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from bert_tf.recipe.schema import Recipe

_HELD_OUT = 0.1  # share of test rows where they have no file of their own
_CONFIDENCE = 0.95


@dataclasses.dataclass(frozen=True)
class Trained:
    """A run's accuracy on the test rows, its steps of an epoch and its seconds of training."""

    accuracy: float
    steps: int
    seconds: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which rows, and how they are learned from."""
    parser.add_argument("--data", type=pathlib.Path, required=True, help="CSV with a header")
    parser.add_argument("--test", type=pathlib.Path, help="the same of the test rows")
    parser.add_argument("--text", default="text", help="its column of texts")
    parser.add_argument("--label", default="label", help="its column of labels")
    parser.add_argument("--rows", type=int, help="so many of --data, drawn at random; all if not given")
    parser.add_argument("--encoder", default="minilm-l6")
    parser.add_argument("--max-tokens", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--learning-rate", type=float, default=1e-4)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--seeds", type=int, default=5)


def make(given: argparse.Namespace, **tables: Mapping[str, Any]) -> Recipe:
    """A recipe of the arguments, with other values of `training` and `model`."""
    from bert_tf.tasks.recipes import make_recipe

    data = {"source": "files", "train": str(given.data.resolve()), "text": given.text, "label": given.label}
    data |= {"test": _HELD_OUT if given.test is None else str(given.test.resolve())}
    values = {"epochs": given.epochs, "learning_rate": given.learning_rate}
    return make_recipe(
        {
            "name": "seeds",
            "task": "classify",
            "data": data,
            "text": {"max_tokens": given.max_tokens},
            "model": {"encoder": given.encoder, **tables.get("model", {})},
            "training": {**values, **tables.get("training", {})},
        }
    )


def trained_ways(
    given: argparse.Namespace, ways: Mapping[str, Mapping[str, Mapping[str, Any]]], folder: pathlib.Path
) -> dict[str, list[Trained]]:
    """What comes of each way, seed for seed; a way is tables of values as of `make`."""
    found: dict[str, list[Trained]] = {name: [] for name in ways}
    for seed in range(1, given.seeds + 1):
        for name, tables in ways.items():
            training = {**tables.get("training", {}), "seed": seed}
            found[name].append(_trained(make(given, model=tables.get("model", {}), training=training), folder))
            Console(stderr=True).print(f"seed {seed}, {name}: {found[name][-1]}", highlight=False)
    return found


def drawn(data: pathlib.Path, rows: int, file: pathlib.Path) -> pathlib.Path:
    """A file of some of another's rows; files are often sorted by label."""
    with data.open(newline="", encoding="utf-8", errors="replace") as source:
        header, *found = csv.reader(source)
    with file.open("w", newline="", encoding="utf-8") as target:
        csv.writer(target).writerows([header, *random.Random(0).sample(found, rows)])
    return file


def _trained(recipe: Recipe, folder: pathlib.Path) -> Trained:
    """What comes of a recipe."""
    from bert_tf.workflow.train import train_recipe
    from bert_tf.workflow.training_scope import TrainingScope

    scope = TrainingScope(summarize=False, exports=False)
    with tempfile.TemporaryDirectory(dir=folder) as runs:
        run = train_recipe(recipe, runs_folder=pathlib.Path(runs), cache_folder=folder / "cache", scope=scope)
        steps = run.facts["steps"] // recipe.training.epochs
        return Trained(run.metrics["test"]["accuracy"], steps, run.facts["training_seconds"])


def table_of(found: Mapping[str, Sequence[Trained]], title: str) -> Table:
    """A line for each way, and under each but the first one for what it has more."""
    seeds = range(1, 1 + len(next(iter(found.values()))))
    table = Table(title, *(f"seed {seed}" for seed in seeds), "mean, interval", "steps an epoch", "seconds")
    first = [run.accuracy for run in next(iter(found.values()))]
    for name, runs in found.items():
        seconds, accuracies = statistics.fmean(run.seconds for run in runs), [run.accuracy for run in runs]
        scores = [f"{score:.4f}" for score in accuracies]
        table.add_row(name, *scores, interval(accuracies), str(runs[0].steps), f"{seconds:.1f}")
        if runs is next(iter(found.values())):
            continue
        differences = [theirs - own for own, theirs in zip(first, accuracies, strict=True)]
        table.add_row(
            "difference", *(f"{each:+.4f}" for each in differences), interval(differences, signed=True), "", ""
        )
    return table


def interval(values: Sequence[float], *, signed: bool = False) -> str:
    """The mean, and its interval by Student's t where there are several values."""
    from scipy import stats

    form = "+.4f" if signed else ".4f"
    mean = statistics.fmean(values)
    if len(values) == 1:
        return f"{mean:{form}}"
    margin = stats.sem(values) * stats.t.ppf((1 + _CONFIDENCE) / 2, len(values) - 1)
    return f"{mean:{form}} ({mean - margin:{form}} to {mean + margin:{form}})"
