"""Where the time of a training step goes: TensorFlow's profiler, summed up by what the code calls it.

    python -m benchmarks.step_profile [--length 128] [--batch 32] [--words 2322]

Milliseconds are of the threads that start an operation, without those of what it calls; two may run at once, so that
they add up to more than the step takes. `--words` is how many words the training texts have among them; without it the
optimizer works on all of the vocabulary. Matmuls are in what this CPU is fast in, as in a run. Below the tables: the
step by itself, and in a run, with batches that are made from a token cache, progress and TensorBoard; and what the
thread that trains does between two calls of the graph. The last line is what could be gained at most by calls of
several steps: of batches of one shape, without callbacks.
"""

import argparse
import collections
import pathlib
import re
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.heads import in_turns, ratios
from benchmarks.machine import machine_precision
from benchmarks.worker import timed
from bert_tf.environment import keep_compiled_kernels

_STEPS, _WARMUP, _LINES = 10, 5, 30
_TOGETHER, _ROUNDS = 8, 25
# The first that a name begins with.
_GROUPS = {
    "waiting for the graph": ("Run", "<lambda>", "FunctionRun", "BlockUntilReady", "EagerExecute", "EagerCopyToDevice"),
    "native layers": ("BertTfPackLayer", "BertTfAttention", "BertTfRest"),
    "embedding, both ways": (
        "kernel embedding",
        "BertTfEmbed",
        "UnsortedSegmentSum",
        "ResourceGather",
        "GatherV2",
        "StridedSliceGrad",
    ),
    "native optimizer": ("BertTf",),
    "matmuls": ("_MklMatMul", "_MklBatchMatMul", "_MklSoftmax", "MatMul", "BatchMatMul", "_MklFused"),
    "kernels between matmuls": ("kernel attention", "kernel normalization", "kernel feed_forward"),
    "optimizer, word embeddings": ("kernel adamw__update_rows", "kernel rows_in_use", "ResourceScatter"),
    "optimizer, other variables": ("kernel adamw",),
    "norm of the gradient": ("L2Loss",),
    "casts": ("Cast",),
    "transposes and copies": ("_MklTranspose", "Transpose", "ConcatV2", "Slice", "StridedSlice", "Pad", "_MklToTf"),
    "iterator": ("Iterator", "TensorSliceDataset"),
}
_REST = "dispatch and small operations"
_KERNEL = re.compile(r"inference_bert_tf_models_kernels_(\w+?)_\d+__")
_PICO = 1e-9  # milliseconds of a picosecond


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--words", type=int)
    wanted = parser.parse_args()
    keep_compiled_kernels()
    options = _options(wanted)
    from benchmarks.contestants.own_steps import prepare
    from benchmarks.fit_steps import time_fit

    steps = prepare(options)
    steps(_WARMUP)
    alone = timed(steps, _STEPS)
    sums = _sums(_trace(steps))
    for title, lines in (("group", _grouped(sums)), ("what", sums[:_LINES])):
        table = Table(title, "ms a step", "times a step")
        for name, spent, times in lines:
            table.add_row(name, f"{spent * _PICO / _STEPS:.2f}", f"{times / _STEPS:.0f}")
        Console().print(table)
    wall, cpu = (1000 * alone[kind] / _STEPS for kind in ("seconds", "cpu_seconds"))
    Console().print(f"a step by itself: {wall:.1f} ms, CPU {cpu:.1f} ms")
    run = time_fit(options)
    Console().print(f"in a run: {run.wall:.1f} ms, CPU {run.cpu:.1f} ms; making its batch {run.batch:.1f} ms")
    told = (
        f"between two calls of the graph: CPU {run.between:.2f} ms, of which TensorBoard's scalars {run.scalars:.2f} ms"
    )
    Console().print(told)
    Console().print(_together(options, steps))


def _together(options: dict[str, Any], steps: Callable[[int], Any]) -> str:
    """What several steps in one call of the graph would gain, with batches of one shape and nothing between them."""
    from benchmarks.contestants.own_steps import prepare

    many = prepare({**options, "together": _TOGETHER})
    turns = {"alone": lambda: steps(_TOGETHER), "together": lambda: many(_TOGETHER)}
    found = in_turns(turns, _ROUNDS)
    wall, cpu = ratios(found["together"], found["alone"])
    return f"{_TOGETHER} steps in one call of the graph: {wall:.3f} times as fast, {cpu:.3f} times by CPU seconds"


def _options(wanted: argparse.Namespace) -> dict[str, Any]:
    from bert_tf.models.encoder_sources import locate_encoder

    return {
        "kind": "train",
        "kernels": "auto",
        "precision": machine_precision(),
        "length": wanted.length,
        "batch": wanted.batch,
        "encoder": str(locate_encoder("minilm-l6").folder),
        **({"words": wanted.words} if wanted.words else {}),
    }


def _trace(steps: Callable[[int], Any]) -> Iterator[list[tuple[str, int, int]]]:
    """The events of each thread: name, start and length in picoseconds."""
    import tensorflow as tf
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        steps(_STEPS)
        tf.profiler.experimental.stop()
        (path,) = pathlib.Path(folder).rglob("*.xplane.pb")
        space = xplane_pb2.XSpace.FromString(path.read_bytes())
    for plane in (plane for plane in space.planes if "CPU" in plane.name):
        names = {number: event.name for number, event in plane.event_metadata.items()}
        stats = {number: stat.name for number, stat in plane.stat_metadata.items()}
        for line in plane.lines:
            yield [(_name(event, names, stats), event.offset_ps, event.duration_ps) for event in line.events]


def _name(event: Any, names: dict[int, str], stats: dict[int, str]) -> str:
    """An operation by its type, and what runs inside a kernel by the kernel."""
    for stat in event.stats:
        if stats[stat.metadata_id] == "hlo_module":
            found = _KERNEL.search(stat.str_value or stats.get(stat.ref_value, ""))
            return f"kernel {found[1]}" if found else "other kernels"
    return names[event.metadata_id].rpartition(":")[2]


def _sums(threads: Iterator[list[tuple[str, int, int]]]) -> list[tuple[str, int, int]]:
    """Name, picoseconds and how often, the longest first; an event inside another is taken off the outer one."""
    spent: collections.Counter[str] = collections.Counter()
    times: collections.Counter[str] = collections.Counter()
    for events in threads:
        around: list[tuple[str, int]] = []
        for name, start, length in sorted(events, key=lambda event: (event[1], -event[2])):
            while around and around[-1][1] <= start:
                around.pop()
            if around:
                spent[around[-1][0]] -= length
            spent[name] += length
            times[name] += 1
            around.append((name, start + length))
    return [(name, sum_, times[name]) for name, sum_ in spent.most_common()]


def _grouped(sums: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """The same by group; what starts and ends an operation, and all small ones, are the last."""
    spent: collections.Counter[str] = collections.Counter()
    times: collections.Counter[str] = collections.Counter()
    for name, picoseconds, often in sums:
        group = next(
            (group for group, begins in _GROUPS.items() if name.startswith(begins)), "dispatch and small operations"
        )
        spent[group] += picoseconds
        times[group] += often
    return [(group, sum_, times[group]) for group, sum_ in spent.most_common()]


if __name__ == "__main__":
    main()
