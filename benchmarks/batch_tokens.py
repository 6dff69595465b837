"""Batches of equally many tokens beside batches of equally many rows: accuracy and time, over seeds.

    python -m benchmarks.batch_tokens --data train.csv --test test.csv --label category --max-tokens 64
    python -m benchmarks.batch_tokens --data tweets.csv --label airline_sentiment --seeds 5 --batch-tokens 2048

trains a classifier on the same rows both ways, once for each seed (`training.seed`), and prints the accuracy on the
test rows, the steps of an epoch and the seconds of training. Without `--test`, a tenth of the rows is drawn for it, the
same for all seeds. Without `--batch-tokens`, a batch has as many tokens, padding included, as one of `--batch-size`
rows has on the mean: that many rows are in a batch on the mean then, and steps and learning rate are the same.

Intervals are of the mean over seeds, 95% by Student's t; that of the difference is of pairs of runs with one seed. They
tell how sure the mean over seeds is, on these test rows, and not how others would do.
"""

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

from bert_tf.environment import keep_compiled_kernels
from bert_tf.recipe.schema import Recipe

_HELD_OUT = 0.1  # share of test rows where they have no file of their own
_CONFIDENCE = 0.95


@dataclasses.dataclass(frozen=True)
class Trained:
    """A run's accuracy on the test rows, its steps of an epoch and its seconds of training."""

    accuracy: float
    steps: int
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
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
    parser.add_argument("--batch-tokens", type=int)
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    keep_compiled_kernels()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        given.data = given.data if given.rows is None else drawn(given.data, given.rows, folder / "rows.csv")
        tokens = given.batch_tokens or mean_tokens(make(given, batch_size=given.batch_size), folder)
        ways = {
            f"{given.batch_size} rows": {"batch_size": given.batch_size},
            f"{tokens} tokens": {"batch_tokens": tokens},
        }
        found: dict[str, list[Trained]] = {name: [] for name in ways}
        for seed in range(1, given.seeds + 1):
            for name, keys in ways.items():
                found[name].append(trained(make(given, seed=seed, **keys), folder))
                Console(stderr=True).print(f"seed {seed}, {name}: {found[name][-1]}", highlight=False)
    Console().print(table_of(found))


def drawn(data: pathlib.Path, rows: int, file: pathlib.Path) -> pathlib.Path:
    """A file of some of another's rows; files are often sorted by label."""
    with data.open(newline="", encoding="utf-8", errors="replace") as source:
        header, *found = csv.reader(source)
    with file.open("w", newline="", encoding="utf-8") as target:
        csv.writer(target).writerows([header, *random.Random(0).sample(found, rows)])
    return file


def make(given: argparse.Namespace, **training: Any) -> Recipe:
    """The recipe of one way."""
    from bert_tf.tasks.recipes import make_recipe

    data = {"source": "files", "train": str(given.data.resolve()), "text": given.text, "label": given.label}
    data |= {"test": _HELD_OUT if given.test is None else str(given.test.resolve())}
    values = {"epochs": given.epochs, "learning_rate": given.learning_rate}
    return make_recipe(
        {
            "name": "batch-tokens",
            "task": "classify",
            "data": data,
            "text": {"max_tokens": given.max_tokens},
            "model": {"encoder": given.encoder},
            "training": {**values, **training},
        }
    )


def mean_tokens(recipe: Recipe, folder: pathlib.Path) -> int:
    """Tokens of a batch on the mean, padding included; at least those of the longest text."""
    import numpy as np

    from bert_tf.batches.batch_plan import training_plan
    from bert_tf.models.encoder_sources import locate_encoder
    from bert_tf.workflow.prepare import prepare

    encoder, longest = locate_encoder(recipe.model.encoder), recipe.text.max_tokens
    lengths = prepare(recipe, encoder_folder=encoder.folder, cache_folder=folder / "cache").tokens["train"].lengths
    plan = training_plan(lengths, batch_size=recipe.training.batch_size, max_tokens=longest, seed=1, epoch=0)
    return max(longest, round(np.diff(plan.starts) @ plan.padded_lengths / len(plan)))


def trained(recipe: Recipe, folder: pathlib.Path) -> Trained:
    """What comes of a recipe."""
    from bert_tf.workflow.train import train_recipe
    from bert_tf.workflow.training_scope import TrainingScope

    scope = TrainingScope(summarize=False, exports=False)
    with tempfile.TemporaryDirectory(dir=folder) as runs:
        run = train_recipe(recipe, runs_folder=pathlib.Path(runs), cache_folder=folder / "cache", scope=scope)
        steps = run.facts["steps"] // recipe.training.epochs
        return Trained(run.metrics["test"]["accuracy"], steps, run.facts["training_seconds"])


def table_of(found: Mapping[str, Sequence[Trained]]) -> Table:
    """A line for each way, and one for the second less the first."""
    seeds = range(1, 1 + len(next(iter(found.values()))))
    table = Table("a batch", *(f"seed {seed}" for seed in seeds), "mean, interval", "steps an epoch", "seconds")
    accuracies = {name: [run.accuracy for run in runs] for name, runs in found.items()}
    for name, runs in found.items():
        seconds = statistics.fmean(run.seconds for run in runs)
        scores = [f"{score:.4f}" for score in accuracies[name]]
        table.add_row(name, *scores, interval(accuracies[name]), str(runs[0].steps), f"{seconds:.1f}")
    one, other = accuracies.values()
    differences = [theirs - own for own, theirs in zip(one, other, strict=True)]
    table.add_row("difference", *(f"{each:+.4f}" for each in differences), interval(differences, signed=True), "", "")
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


if __name__ == "__main__":
    main()
