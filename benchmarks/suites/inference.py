"""Inference on fixed shapes."""

from typing import Any

from benchmarks import roster
from benchmarks.contest import contest
from benchmarks.report import contest_report
from benchmarks.settings import Settings
from benchmarks.suites.steps import SHAPES, shape_workload


def run(settings: Settings) -> dict[str, Any]:
    """A contest for each shape."""
    contests = []
    for batch, length in settings.shapes(SHAPES):
        results = contest(
            settings.chosen(roster.inference(settings.precision)),
            shape_workload(settings, "infer", batch, length),
            rounds=settings.rounds or 7,
            **settings.turns,
        )
        name = settings.title(f"infer L{length} B{batch}")
        contests.append(contest_report(name, results, ours=roster.OURS, sizes=batch, per=settings.per))
    return {"contests": contests}
