"""A plan beside what happened.

    python -m benchmarks.plan bbc-news
    python -m benchmarks.plan bbc-news tweets --set training.epochs=1

For each recipe: `bert-tf plan` with an empty cache, `bert-tf plan` with what that left, `bert-tf train`; each is a
process of its own. CPU seconds are told of the run only, to show how much of the machine it had. Exits with 1 when a
plan's time or memory is more than 25% off, or it takes more than 30 seconds itself. Other work is felt by plan and run,
but hardly by both alike: give this benchmark the machine.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence

COMMAND = pathlib.Path(sys.executable).with_name("bert-tf")
ALLOWED = 0.25
MOST_SECONDS = 30.0
JUDGED = ("all, seconds", "peak memory, MiB")

Figures = Mapping[str, float]


def planned(arguments: Sequence[str], *, environment: Mapping[str, str]) -> tuple[Figures, float]:
    """What a run will take, and how long the plan took itself."""
    command, started = [str(COMMAND), "plan", *arguments, "--json"], time.perf_counter()
    plan = json.loads(subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout)
    training = plan["stages"]["training"] + plan["stages"]["validation"]
    took = time.perf_counter() - started
    return figures(plan["seconds"], training=training, peak=plan["peak_memory_mib"]), took


def happened(arguments: Sequence[str], *, environment: Mapping[str, str], runs: pathlib.Path) -> tuple[Figures, float]:
    """What a run took, and its share of all cores."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [COMMAND, "train", *arguments, "--runs", str(runs)], env=environment, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"bert-tf train ended with status {os.waitstatus_to_exitcode(status)}")
    seconds = time.perf_counter() - started
    facts = json.loads(next(runs.glob("*/*/run.json")).read_text())
    share = (usage.ru_utime + usage.ru_stime) / seconds / len(os.sched_getaffinity(0))
    return figures(seconds, training=facts["training_seconds"], peak=usage.ru_maxrss >> 10), share


def figures(seconds: float, *, training: float, peak: float) -> Figures:
    return {
        "training and validation, seconds": training,
        "before and after, seconds": seconds - training,
        "all, seconds": seconds,
        "peak memory, MiB": peak,
    }


def table(name: str, plans: Sequence[Figures], actual: Figures) -> str:
    """In Markdown: a row for each figure, with each plan's error."""
    lines = [f"| {name} | plan, first | | plan, second | | run |", "|---|---|---|---|---|---|"]
    for figure, value in actual.items():
        cells = [cell for plan in plans for cell in (f"{plan[figure]:,.0f}", f"{plan[figure] / value - 1:+.0%}")]
        lines.append(f"| {figure} | {' | '.join(cells)} | {value:,.0f} |")
    return "\n".join(lines)


def is_near(plan: Figures, actual: Figures) -> bool:
    return all(abs(plan[figure] / actual[figure] - 1) <= ALLOWED for figure in JUDGED)


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
            environment = {**os.environ, "BERT_TF_CACHE": str(folder / "cache")}
            plans = [planned(arguments, environment=environment) for _ in range(2)]
            actual, share = happened(arguments, environment=environment, runs=folder / "runs")
        took = " and ".join(f"{seconds:.0f} s" for _, seconds in plans)
        print(f"\n{table(recipe, [plan for plan, _ in plans], actual)}", flush=True)
        print(f"\nThe plans themselves took {took}. The run had {share:.0%} of all cores.", flush=True)
        near &= all(is_near(plan, actual) and seconds <= MOST_SECONDS for plan, seconds in plans)
    sys.exit(not near)


if __name__ == "__main__":
    main()
