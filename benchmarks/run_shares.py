"""Where the time of a whole run goes that is not steps: start-up, first steps of shapes, validation, report.

    python -m benchmarks.run_shares --data banking77/train.csv --label category --rows 2000

trains a classifier for an epoch as `bert-tf train --no-export` would, validates it on a tenth of the rows, measures it
on another and writes the report. Wall and CPU seconds are told by what the thread that trains is in; what is inside
another line is taken off that one. Writing checkpoints is a thread of its own, whose CPU seconds are where they fall.
Run it twice: the first run compiles kernels for `--cache`, the second one loads them.
"""

import argparse
import collections
import functools
import pathlib
import tempfile
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.batch_tokens import drawn
from bert_tf.environment import cache_folder, keep_compiled_kernels
from bert_tf.training.first_step import seconds_since_start

_PARTS = (
    ("bert_tf.workflow.train", "read_inputs", "reading, checking, tokenizing"),
    ("bert_tf.workflow.train", "set_up_training", "loading the encoder"),
    ("bert_tf.workflow.training_run", "compile_for_training", "making the optimizer"),
    ("bert_tf.workflow.training_run", "show_start", "TensorBoard, hyperparameters"),
    ("bert_tf.workflow.training_run:TrainingRun", "_validate", "validation"),
    ("bert_tf.training.epoch_end", "copied_weights", "checkpoints: copying"),
    ("bert_tf.training.checkpoint_writer:CheckpointWriter", "wait", "checkpoints: waiting"),
    ("bert_tf.workflow.training_run:TrainingRun", "measure", "measuring the best epoch"),
    ("bert_tf.workflow.training_run:TrainingRun", "_summarize", "TensorBoard, graph and embeddings"),
    ("bert_tf.workflow.report", "write_report", "report"),
)
_REST = "everything else"


class _Clock:
    """Adds up wall and CPU seconds by the innermost part that runs."""

    def __init__(self, wall: float) -> None:
        self.seconds: dict[str, list[float]] = collections.defaultdict(lambda: [0.0, 0.0])
        self.seconds["starting and importing"] = [wall, time.process_time()]
        self._within = [_REST]
        self._last = self._now()

    def enter(self, part: str) -> None:
        self._count()
        self._within.append(part)

    def leave(self) -> None:
        self._count()
        self._within.pop()

    def _count(self) -> None:
        now = self._now()
        for place, (later, before) in enumerate(zip(now, self._last, strict=True)):
            self.seconds[self._within[-1]][place] += later - before
        self._last = now

    def _now(self) -> tuple[float, float]:
        return time.perf_counter(), time.process_time()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="CSV with a header")
    parser.add_argument("--text", default="text", help="its column of texts")
    parser.add_argument("--label", default="label", help="its column of labels")
    parser.add_argument("--rows", type=int, default=2000, help="that are drawn of it")
    parser.add_argument("--encoder", default="minilm-l6")
    parser.add_argument("--max-tokens", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--cache", type=pathlib.Path, default=cache_folder())
    given = parser.parse_args()
    keep_compiled_kernels()
    from bert_tf.handoff.train_and_export import train_and_export
    from bert_tf.tasks.recipes import make_recipe

    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        rows = drawn(given.data, given.rows, folder / "rows.csv")
        columns = {"text": given.text, "label": given.label}
        recipe = make_recipe(
            {
                "name": "run-shares",
                "task": "classify",
                "data": {"source": "files", "train": str(rows), "validation": 0.1, "test": 0.1, **columns},
                "text": {"max_tokens": given.max_tokens},
                "model": {"encoder": given.encoder},
                "training": {"epochs": given.epochs, "learning_rate": 1e-4},
            }
        )
        clock = _Clock(seconds_since_start() or 0.0)
        _watch(clock)
        train_and_export(
            recipe, runs_folder=folder / "runs", cache_folder=given.cache, export=False, console=Console(stderr=True)
        )
        clock.leave()
    _show(clock.seconds)


def _watch(clock: _Clock) -> None:
    """Put the clock around all parts, and around steps."""
    import importlib

    from bert_tf.training.tensorboard.scalars import Scalars

    for place, name, part in _PARTS:
        module, _, kind = place.partition(":")
        owner = importlib.import_module(module)
        owner = getattr(owner, kind) if kind else owner
        setattr(owner, name, _timed(clock, part, getattr(owner, name)))
    known: set[tuple[int, int]] = set()
    begin, end = Scalars.on_train_batch_begin, Scalars.on_train_batch_end

    def on_train_batch_begin(self: Scalars, batch: int, logs: Any) -> None:
        size = self._size(int(self.model.optimizer.iterations))
        shape = size.examples, size.padded_tokens
        clock.enter("steps" if shape in known else "first steps of shapes")
        known.add(shape)
        begin(self, batch, logs)

    def on_train_batch_end(self: Scalars, batch: int, logs: Any) -> None:
        end(self, batch, logs)
        clock.leave()

    Scalars.on_train_batch_begin, Scalars.on_train_batch_end = on_train_batch_begin, on_train_batch_end  # type: ignore[method-assign]


def _timed(clock: _Clock, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def timed(*given: Any, **named: Any) -> Any:
        clock.enter(part)
        try:
            return function(*given, **named)
        finally:
            clock.leave()

    return timed


def _show(seconds: dict[str, list[float]]) -> None:
    table = Table("part", "wall s", "CPU s", "share of CPU")
    walls, cpus = (sum(each[place] for each in seconds.values()) for place in (0, 1))
    for part, (wall, cpu) in sorted(seconds.items(), key=lambda item: -item[1][1]):
        table.add_row(part, f"{wall:.2f}", f"{cpu:.2f}", f"{cpu / cpus:.1%}")
    table.add_row("all", f"{walls:.2f}", f"{cpus:.2f}", "")
    Console().print(table)


if __name__ == "__main__":
    main()
