"""A plan beside what happened.

    python -m benchmarks.plan bbc-news
    python -m benchmarks.plan bbc-news tweets --set training.epochs=1
    python -m benchmarks.plan bbc-news tweets --results plans

For each recipe: `bert-tf plan` with an empty cache, `bert-tf plan` with what that left, `bert-tf train`; each is a
process of its own. CPU seconds are told of the run only, to show how much of the machine it had. Exits with 1 when a
plan's time or memory is more than 25% off, or it takes more than 30 seconds itself. Other work is felt by plan and run,
but hardly by both alike: give this benchmark the machine.

A results folder gets `RECIPE.json` as soon as a recipe is done, which is not done again, and `RECIPE.log`: the run's
lines, each with the second at which it came, to be held against the plan's stages.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from typing import Any, Self

COMMAND = pathlib.Path(sys.executable).with_name("bert-tf")
ALLOWED = 0.25
MOST_SECONDS = 30.0
JUDGED = ("all, seconds", "peak memory, MiB")

Figures = Mapping[str, float]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What was planned for a recipe, and what happened.

    Attributes:
        recipe: Its name.
        plans: Of the first and the second plan.
        stages: Seconds of each stage, by plan.
        took: Seconds of each plan itself.
        actual: Of the run.
        share: Of all cores that the run had.
    """

    recipe: str
    plans: Sequence[Figures]
    stages: Sequence[Figures]
    took: Sequence[float]
    actual: Figures
    share: float

    @classmethod
    def read(cls, path: pathlib.Path) -> Self:
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def write(self, path: pathlib.Path) -> None:
        path.write_text(json.dumps(dataclasses.asdict(self), indent=1) + "\n", encoding="utf-8")

    @property
    def is_good(self) -> bool:
        return all(is_near(plan, self.actual) for plan in self.plans) and max(self.took) <= MOST_SECONDS

    def report(self) -> str:
        took = " and ".join(f"{seconds:.0f} s" for seconds in self.took)
        stages = "; ".join(
            f"{name} {' and '.join(f'{plan[name]:.0f} s' for plan in self.stages)}" for name in self.stages[0]
        )
        return (
            f"\n{table(self.recipe, self.plans, self.actual)}\n\nStages, as planned: {stages}.\n"
            f"The plans themselves took {took}. The run had {self.share:.0%} of all cores."
        )


def measured(recipe: str, overrides: Sequence[str], *, log: pathlib.Path | None) -> Outcome:
    """Plan a recipe twice, and run it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, arguments = pathlib.Path(scratch), [recipe, *overrides]
        environment = {**os.environ, "BERT_TF_CACHE": str(folder / "cache")}
        plans = [planned(arguments, environment=environment) for _ in range(2)]
        actual, share = happened(
            arguments, environment=environment, runs=folder / "runs", log=log or pathlib.Path(os.devnull)
        )
    return Outcome(
        recipe,
        plans=[
            figures(
                plan["seconds"],
                training=plan["stages"]["training"] + plan["stages"]["validation"],
                peak=plan["peak_memory_mib"],
            )
            for plan, _ in plans
        ],
        stages=[plan["stages"] for plan, _ in plans],
        took=[seconds for _, seconds in plans],
        actual=actual,
        share=share,
    )


def planned(arguments: Sequence[str], *, environment: Mapping[str, str]) -> tuple[Mapping[str, Any], float]:
    """What `bert-tf plan --json` says, and how long it took itself."""
    command, started = [str(COMMAND), "plan", *arguments, "--json"], time.perf_counter()
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout), time.perf_counter() - started


def happened(
    arguments: Sequence[str], *, environment: Mapping[str, str], runs: pathlib.Path, log: pathlib.Path
) -> tuple[Figures, float]:
    """What a run took, and its share of all cores."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [COMMAND, "train", *arguments, "--runs", str(runs)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with log.open("w", encoding="utf-8") as file:
        for line in process.stdout or ():
            file.write(f"{time.perf_counter() - started:7.1f}  {line}")
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"bert-tf train ended with status {os.waitstatus_to_exitcode(status)}; see {log}")
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
    parser.add_argument("--results", type=pathlib.Path, metavar="FOLDER")
    wanted = parser.parse_args()
    overrides = [part for assignment in wanted.assignments for part in ("--set", assignment)]
    outcomes = [_kept(recipe, overrides, folder=wanted.results) for recipe in wanted.recipes]
    sys.exit(not all(outcome.is_good for outcome in outcomes))


def _kept(recipe: str, overrides: Sequence[str], *, folder: pathlib.Path | None) -> Outcome:
    if folder is None:
        outcome = measured(recipe, overrides, log=None)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{recipe}.json"
        if not path.is_file():
            measured(recipe, overrides, log=folder / f"{recipe}.log").write(path)
        outcome = Outcome.read(path)
    print(outcome.report(), flush=True)
    return outcome


if __name__ == "__main__":
    main()
