"""Memory of a process that trains, or answers, with native operations for 10,000 steps.

    python -m benchmarks.native_leak [--steps 10000] [--most 1.0]

A small encoder with random weights, and batches whose rows fill no block: the product's own training step and
`Predictor`. Resident memory is looked at after a tenth of the steps and after all of them. Exits with 1 when it grows
by more MiB than `--most`.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time
from typing import Any

from rich.console import Console
from rich.table import Table

_CONFIG = {
    "model_type": "bert", "vocab_size": 2000, "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
    "intermediate_size": 128, "max_position_embeddings": 64, "type_vocab_size": 2, "hidden_act": "gelu",
}  # fmt: skip
_BATCH, _LENGTH, _WORDS = 5, 19, 500
_AT_ONCE = 100  # steps: what is returned of them is small
_KINDS = {"train": "training steps", "infer": "batches of an evaluation"}


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--most", type=float, default=1.0, help="MiB that memory may grow by")
    parser.add_argument("--case", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case is not None:
        print(json.dumps(measure(**options.case)))
        return
    table, most = Table("", "steps", "MiB", "steps", "MiB", "growth", "seconds"), 0.0
    for kind, name in _KINDS.items():
        case = json.dumps({"kind": kind, "steps": options.steps})
        command = [sys.executable, "-m", "benchmarks.native_leak", "--case", case]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
        early, late = found["early"], found["late"]
        most = max(most, late - early)
        steps = f"{options.steps // 10:,}", f"{options.steps:,}"
        table.add_row(
            name, steps[0], f"{early:,.2f}", steps[1], f"{late:,.2f}", f"{late - early:+.2f}", f"{found['seconds']:.0f}"
        )
    Console().print(table)
    sys.exit(most > options.most)


def measure(*, kind: str, steps: int) -> dict[str, float]:
    """Resident memory, MiB, after a tenth of the steps (`early`) and after all (`late`), and the seconds between."""
    # Here and not above: the process that only starts the others stays small.
    from benchmarks.contestants.own_steps import prepare

    options: dict[str, Any] = {"kind": kind, "kernels": "native", "precision": "bfloat16", "random": True}
    options |= {"batch": _BATCH, "length": _LENGTH, "words": _WORDS}
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "config.json").write_text(json.dumps(_CONFIG))
        work = prepare({**options, "encoder": folder})
    _repeat(work, steps // 10)
    early, started = _resident_mebibytes(), time.perf_counter()
    _repeat(work, steps - steps // 10)
    return {"early": early, "late": _resident_mebibytes(), "seconds": time.perf_counter() - started}


def _repeat(work: Any, steps: int) -> None:
    for begin in range(0, steps, _AT_ONCE):
        work(min(_AT_ONCE, steps - begin))


def _resident_mebibytes() -> float:
    status = pathlib.Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


if __name__ == "__main__":
    main()
