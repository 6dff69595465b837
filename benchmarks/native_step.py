"""A training step with the native operations beside one with the fused kernels: the product's own `train_step`.

Or a batch of an evaluation, by native operations beside the frozen graph: the product's own `Predictor`.

    python -m benchmarks.native_step --length 128 --batch 32 [--turns 28] [--steps 3] [--words 2322]
    python -m benchmarks.native_step --inference --length 128 --batch 32 [--turns 28] [--steps 10]
    python -m benchmarks.native_step --packing --length 32 --batch 16 --words 2322 --steps 12

Each has a process of its own, and they take turns of a few steps. Layers and the optimizer's step are native, or both
are not; with `--packing` both are, and weights are packed in each step, or where the optimizer writes them. On virtual
machines the matrix units run at two speeds (see `benchmarks.machine`), so each turn stands between two probes of them:
the table holds pairs of turns whose three probes all found the same speed, and tells the fast ones from the slow. Times
are milliseconds for a step, by the clock and of the CPU, each a median with the quarters below and above; ratios are
medians over the pairs.
"""

import argparse
import pathlib
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.contest import Contestant, Worker
from benchmarks.machine import FAST, tile_probe
from bert_tf.models.encoder_sources import locate_encoder

_PATIENCE = 600.0
Kinds = Mapping[str, Mapping[str, object]]

_KINDS: Kinds = {"fused": {"kernels": "fused", "optimizer": "compiled"}, "native": {"kernels": "native"}}
_PACKING: Kinds = {"each step": {"kernels": "native", "keeps_packed": False}, "kept": {"kernels": "native"}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", default="minilm-l6")
    parser.add_argument("--inference", action="store_true", help="a batch of an evaluation, and no step of training")
    parser.add_argument("--packing", action="store_true", help="what it gives that packed weights are kept")
    parser.add_argument("--random", action="store_true", help="weights of its configuration: a folder needs no more")
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--turns", type=int, default=28)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--words", type=int, help="how many the training texts have among them; else all are updated")
    wanted = parser.parse_args()
    options = {name: getattr(wanted, name) for name in ("length", "batch", "random")}
    if wanted.words:
        options["words"] = wanted.words
    options |= {
        "kind": "infer" if wanted.inference else "train",
        "precision": "bfloat16",
        "encoder": str(locate_encoder(wanted.encoder).folder),
    }
    kinds = _PACKING if wanted.packing else _KINDS
    with tempfile.TemporaryDirectory() as scratch:
        turns = take_turns(kinds, options, pathlib.Path(scratch), turns=wanted.turns, steps=wanted.steps)
    show(turns, kinds)


def take_turns(
    kinds: Kinds, options: dict[str, object], scratch: pathlib.Path, *, turns: int, steps: int
) -> list[dict[str, float]]:
    """Milliseconds of each pair of turns, as `fused wall`, `native cpu` and so on, and the slowest of its probes."""
    probe = tile_probe(scratch) or (lambda: 0.0)
    workers = {
        kind: Worker(
            Contestant(kind, "own_steps", pathlib.Path(sys.executable)),
            scratch / f"{kind}.log",
            cores=None,
            patience=_PATIENCE,
        )
        for kind in kinds
    }
    try:
        for kind, worker in workers.items():
            _answer(worker, {**options, **kinds[kind]})
            _answer(worker, {"count": 3})
        found = []
        for _ in range(turns):
            turn, probes = {}, [probe()]
            for kind, worker in workers.items():
                answer = _answer(worker, {"count": steps})
                turn[f"{kind} wall"] = answer["seconds"] / steps * 1000
                turn[f"{kind} cpu"] = answer["cpu_seconds"] / steps * 1000
                turn[f"{kind} MiB"] = answer["peak_mebibytes"]
                probes.append(probe())
            found.append({**turn, "slowest": max(probes), "fastest": min(probes)})
        return found
    finally:
        for worker in workers.values():
            worker.stop()


def _answer(worker: Worker, command: dict[str, object]) -> dict[str, float]:
    answer = worker.tell(command)
    if "error" in answer:
        raise SystemExit(str(answer["error"]))
    return answer


def show(turns: Sequence[dict[str, float]], kinds: Kinds = _KINDS) -> None:
    """Prints the table; ratios are the first kind's times over the second's."""
    table = Table("matrix units", "turns", "", *kinds, "ratio")
    for name, chosen in (
        ("fast", [turn for turn in turns if turn["slowest"] < FAST]),
        ("slow", [turn for turn in turns if turn["fastest"] >= FAST]),
    ):
        for unit in ("wall", "cpu") if len(chosen) > 1 else ():
            columns = [[turn[f"{kind} {unit}"] for turn in chosen] for kind in kinds]
            ratios = [one / other for one, other in zip(*columns, strict=True)]
            table.add_row(
                name, str(len(chosen)), f"{unit}, ms", *(_spread(column, 1) for column in columns), _spread(ratios, 2)
            )
    peaks = (f"{max(turn[f'{kind} MiB'] for turn in turns):.0f}" for kind in kinds)
    table.add_row("", str(len(turns)), "peak, MiB", *peaks, "")
    Console(width=110).print(table)


def _spread(values: Sequence[float], digits: int) -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


if __name__ == "__main__":
    main()
