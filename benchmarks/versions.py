"""This version beside another: steps of training and inference, taking turns, and the memory of both.

    git worktree add ../before COMMIT && make -C ../before setup
    python -m benchmarks.versions ../before [--rounds 7] [--seconds 2] [--batch 32] [--length 128] [--cpu]

Each runs in the environment of its own checkout, with MiniLM's weights, as `bert-tf` runs it on this CPU.
A ratio above 1 says that this version is faster, or uses more memory. With `--cpu` rows are counted for a second of CPU
time, which other work on the machine changes less. `--words 2322` is how many words the training texts have.
"""

import argparse
import pathlib
import statistics
import tempfile
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.contest import Contestant, contest
from benchmarks.machine import machine_precision
from benchmarks.report import contest_report, peak_mebibytes, ratio, speeds
from benchmarks.roster import own_steps
from bert_tf.models.encoder_sources import locate_encoder

_OURS, _OTHER = "this version", "the other"


def main() -> None:
    """Prints a row for each kind of step."""
    options = _options()
    table = Table("step", "this version", "the other", "speed over it", "MiB", "MiB of the other", "memory over it")
    for kind in ("train", "infer"):
        table.add_row(kind, *_row(_measured(kind, options)))
    Console().print(table)


def other_version(checkout: pathlib.Path) -> Contestant:
    """The steps of another checkout, in the environment that its `make setup` has made."""
    here, python = own_steps(_OTHER), checkout.resolve() / ".venv" / "bin" / "python"
    reason = "" if python.is_file() else f"there is no {python}: make -C {checkout} setup"
    return Contestant(_OTHER, here.module, python, here.options, unavailable=reason, checkout=checkout.resolve())


def _measured(kind: str, options: argparse.Namespace) -> Any:
    workload = {"encoder": str(locate_encoder("minilm-l6").folder), "kind": kind, "precision": machine_precision()}
    workload |= {"batch": options.batch, "length": options.length}
    if options.words:
        workload["words"] = options.words
    with tempfile.TemporaryDirectory() as logs:
        results = contest(
            [own_steps(_OURS), other_version(options.checkout)],
            workload,
            rounds=options.rounds,
            seconds=options.seconds,
            logs=pathlib.Path(logs),
            notice=lambda who: Console(stderr=True).print(f"{kind}: {who}"),
        )
    per = "cpu_seconds" if options.cpu else "seconds"
    return contest_report(kind, results, ours=_OURS, sizes=options.batch, per=per)


def _row(found: Any) -> list[str]:
    faster = ratio(found, _OTHER)
    if faster is None:
        return ["", next(result["error"] for result in found["results"].values() if "error" in result)]
    here, there = (statistics.median(speeds(found, who)) for who in (_OURS, _OTHER))
    memory = [peak_mebibytes(found, who) or 0 for who in (_OURS, _OTHER)]
    second = "CPU s" if found["per"] == "cpu_seconds" else "s"
    return [
        f"{here:.1f} rows/{second}",
        f"{there:.1f} rows/{second}",
        f"{faster['median']:.3f} ({faster['least']:.3f}–{faster['largest']:.3f})",
        *map(str, memory),
        f"{memory[0] / max(1, memory[1]):.3f}",
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=pathlib.Path, help="folder of the other version, with its .venv")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2.0, help="least length of a turn")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--words", type=int, help="that the training texts have; else all are trained")
    parser.add_argument("--cpu", action="store_true", help="by CPU time")
    return parser.parse_args()


if __name__ == "__main__":
    main()
