"""A plan beside what happened.

    python -m benchmarks.plan bbc-news
    python -m benchmarks.plan bbc-news tweets --set training.epochs=1

For each recipe: `bert-tf plan` with an empty cache, `bert-tf plan` with what that left, `bert-tf train`; each is a
process of its own. Exits with 1 when a plan's time or memory is more than 20% off. Other work on the machine is felt by
the plan and the run, but hardly by both alike: give it the machine.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping

COMMAND = pathlib.Path(sys.executable).with_name("bert-tf")
ALLOWED = 0.2
JUDGED = ("all, seconds", "peak memory, MiB")


def run(arguments: list[str], *, folder: pathlib.Path) -> tuple[str, float]:
    """Standard output of `bert-tf` and its seconds."""
    environment = {**os.environ, "BERT_TF_CACHE": str(folder / "cache")}
    started = time.perf_counter()
    done = subprocess.run([COMMAND, *arguments], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout, time.perf_counter() - started


def planned(arguments: list[str], *, folder: pathlib.Path) -> dict[str, float]:
    plan = json.loads(run(["plan", *arguments, "--json"], folder=folder)[0])
    stages = plan["stages"]
    training = stages["training"] + stages["validation"]
    return {
        "training and validation, seconds": training,
        "before and after, seconds": plan["seconds"] - training,
        "all, seconds": plan["seconds"],
        "peak memory, MiB": plan["peak_memory_mib"],
    }


def happened(arguments: list[str], *, folder: pathlib.Path) -> dict[str, float]:
    _, seconds = run(["train", *arguments, "--runs", str(folder / "runs")], folder=folder)
    facts = json.loads(next(folder.glob("runs/*/*/run.json")).read_text())
    return {
        "training and validation, seconds": facts["training_seconds"],
        "before and after, seconds": seconds - facts["training_seconds"],
        "all, seconds": seconds,
        "peak memory, MiB": facts["peak_memory_mib"],
    }


def show(recipe: str, plans: list[Mapping[str, float]], actual: Mapping[str, float]) -> bool:
    """Print a table; whether the plans are near enough."""
    print(f"\n| {recipe} | plan, first | | plan, second | | run |\n|---|---|---|---|---|---|")
    near = True
    for name, value in actual.items():
        errors = [plan[name] / value - 1 for plan in plans]
        near &= name not in JUDGED or all(abs(error) <= ALLOWED for error in errors)
        cells = [
            cell for plan, error in zip(plans, errors, strict=True) for cell in (f"{plan[name]:,.0f}", f"{error:+.0%}")
        ]
        print(f"| {name} | {' | '.join(cells)} | {value:,.0f} |")
    return near


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="+")
    parser.add_argument("--set", dest="assignments", action="append", default=[], metavar="KEY=VALUE")
    wanted = parser.parse_args()
    overrides = [part for assignment in wanted.assignments for part in ("--set", assignment)]
    near = True
    for recipe in wanted.recipes:
        with tempfile.TemporaryDirectory() as scratch:
            folder, arguments = pathlib.Path(scratch), [recipe, *overrides]
            plans = [planned(arguments, folder=folder) for _ in range(2)]
            near &= show(recipe, plans, happened(arguments, folder=folder))
    sys.exit(not near)


if __name__ == "__main__":
    main()
