"""Two heads on one encoder beside one: what a step costs, and what each head loses to a model of its own.

    python -m benchmarks.heads [--rounds 30 --tokens 64 --batch-size 32]
    python -m benchmarks.heads --data tweets.csv --rows 4000 --seeds 3

Steps are of two models on the same random ids, in turns in one process, with the fused kernels and the precision that
`auto` comes to; the ratio is the median over rounds of the two steps of a round. With `--data`, the recipe
`airline-sentiment-reason` is trained on the file's first rows once with both heads and once with each alone, by seed
and on the same splits, and the table holds each head's first measure on the test rows.
"""

import argparse
import csv
import pathlib
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

_RECIPE = "airline-sentiment-reason"
_LABELS = {"sentiment": ("a", "b", "c"), "reason": tuple("abcdefghij")}
_WARMUP = 3
_HELD_OUT = 0.1  # share of validation rows, and of test rows

Step = Callable[[], float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", default="minilm-l6")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    if given.data is None:
        Console().print(step_table(given.encoder, given.tokens, given.batch_size, given.rounds))
    else:
        Console().print(score_table(given.data, given.rows, given.epochs, given.seeds))


def step_table(encoder: str, tokens: int, batch_size: int, rounds: int) -> Table:
    """Milliseconds of a step with one head and with two, and their ratio."""
    names = {"one head": ["sentiment"], "two heads": ["sentiment", "reason"]}
    steps = {called: make_step(heads, encoder, tokens, batch_size) for called, heads in names.items()}
    times = in_turns(steps, rounds)
    table = Table("", "ms a step", "CPU ms a step")
    for called, found in times.items():
        table.add_row(called, *(f"{1000 * statistics.median(column):.1f}" for column in zip(*found, strict=True)))
    table.add_row("ratio", *(f"{ratio:.3f}" for ratio in ratios(times["one head"], times["two heads"])))
    return table


def in_turns(steps: Mapping[str, Step], rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Seconds of wall and of CPU of each step in each round."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in steps}
    for number in range(rounds + _WARMUP):
        for name, step in steps.items():
            started, processor = time.perf_counter(), time.process_time()
            step()
            if number >= _WARMUP:
                found[name].append((time.perf_counter() - started, time.process_time() - processor))
    return found


def ratios(some: Sequence[Sequence[float]], others: Sequence[Sequence[float]]) -> Iterator[float]:
    """The median over rounds of the others' over ours, for each figure of a round."""
    for ours, theirs in zip(zip(*some, strict=True), zip(*others, strict=True), strict=True):
        yield statistics.median(their / own for own, their in zip(ours, theirs, strict=True))


def make_step(heads: Sequence[str], encoder: str, tokens: int, batch_size: int) -> Step:
    """A training step of a model with these heads, on one batch of random ids."""
    import numpy as np
    import tensorflow as tf

    from bert_tf.models.compute import multiplies_bfloat16
    from bert_tf.models.encoder import load_encoder
    from bert_tf.models.encoder_sources import locate_encoder
    from bert_tf.models.text_model import TextModel
    from bert_tf.training.optimizer import adamw

    network = make_network(heads)
    model = TextModel(
        encoder=load_encoder(locate_encoder(encoder).folder)[0],
        network=network,
        head=network.head(dropout=0.1, initializer_range=0.02),
        compute_dtype=tf.bfloat16 if multiplies_bfloat16() else tf.float32,
    )
    model.compile(
        adamw(learning_rate=1e-5, schedule="constant", warmup=0.0, total_steps=1000, weight_decay=0.01, clip_norm=1.0)
    )
    random_numbers = np.random.default_rng(0)
    ids = random_numbers.integers(1000, 2000, (batch_size, tokens)).astype("int32")
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    expected = np.zeros((batch_size, 2 * len(heads)), np.float32)
    expected[:, ::2] = 1
    weights = np.ones((batch_size, len(heads)), np.float32)
    batch = tf.nest.map_structure(tf.constant, (inputs, expected, weights))
    train = tf.function(model.train_step, jit_compile=False)
    return lambda: float(train(batch)["step_loss"])


def make_network(heads: Sequence[str]) -> Any:
    """The network of classifiers with the numbers of labels that the airline tweets have."""
    from bert_tf.tasks.classify.network import ClassifyNetwork
    from bert_tf.tasks.multitask.network import HeadNetwork, MultitaskNetwork
    from bert_tf.tasks.multitask.stored_labels import StoredLabels

    return MultitaskNetwork(
        tuple(
            HeadNetwork(name, ClassifyNetwork(_LABELS[name]), StoredLabels(2 * place, "int32", ()), 1.0, 1)
            for place, name in enumerate(heads)
        )
    )


def score_table(data: pathlib.Path, rows: int, epochs: int, seeds: int) -> Table:
    """The first measure of each head, of a model with both and of one of its own, by seed."""
    from bert_tf.tasks.recipes import load_recipe

    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        splits = write_splits(data, rows, place)
        recipe = load_recipe(_RECIPE, {"data.train": splits["train"], "training.epochs": epochs})
        tables = recipe.model_dump(mode="json", exclude_none=True)
        heads = tables["multitask"]["heads"]
        found: dict[tuple[str, str], list[float]] = {}
        for seed in range(seeds):
            for called, of_run in [("both heads", heads), *((f"{head['name']} alone", [head]) for head in heads)]:
                for name, score in trained(tables, splits, of_run, seed, place):
                    found.setdefault((name, "both heads" if called == "both heads" else "its own"), []).append(score)
    table = Table("head", "model", *(f"seed {seed}" for seed in range(seeds)), "mean", "standard deviation")
    for (name, model), scores in sorted(found.items()):
        spread = statistics.stdev(scores) if len(scores) > 1 else 0.0
        table.add_row(name, model, *(f"{each:.4f}" for each in (*scores, statistics.fmean(scores), spread)))
    return table


def trained(
    tables: Mapping[str, Any],
    splits: Mapping[str, str],
    heads: Sequence[Mapping[str, Any]],
    seed: int,
    folder: pathlib.Path,
) -> Iterator[tuple[str, float]]:
    """Each head's first measure on the test rows, of a model with these heads."""
    from bert_tf.tasks.recipes import make_recipe
    from bert_tf.tasks.table import task_of
    from bert_tf.workflow.train import train_recipe
    from bert_tf.workflow.training_scope import TrainingScope

    training = {**tables["training"], "seed": seed, "monitor": f"validation.{heads[0]['name']}.loss"}
    kept = {key: tables[key] for key in ("name", "task", "text", "model")}
    data = {**tables["data"], **splits}
    recipe = make_recipe({**kept, "data": data, "training": training, "multitask": {"heads": heads}})
    scope = TrainingScope(summarize=False, exports=False)
    run = train_recipe(recipe, runs_folder=folder / "runs", cache_folder=folder / "cache", scope=scope)
    for head in heads:
        first = next(each for each in task_of(recipe).followed if each.key.startswith(f"{head['name']}."))
        yield f"{head['name']} {first.name.partition(' ')[2]}", run.metrics["test"][first.key]


def write_splits(data: pathlib.Path, rows: int, folder: pathlib.Path) -> dict[str, str]:
    """The file's first rows, drawn into three files: a model of one head passes over rows, and would draw others."""
    with data.open(newline="", encoding="utf-8", errors="replace") as file:
        header, *found = (row for row, _ in zip(csv.reader(file), range(rows + 1), strict=False))
    random.Random(0).shuffle(found)
    held_out = int(_HELD_OUT * len(found))
    parts = {"test": found[:held_out], "validation": found[held_out : 2 * held_out], "train": found[2 * held_out :]}
    for name, part in parts.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *part])
    return {name: str(folder / f"{name}.csv") for name in parts}


if __name__ == "__main__":
    main()
