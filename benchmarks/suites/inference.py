"""Inference on fixed shapes."""

from typing import Any

from benchmarks import roster
from benchmarks.contest import contest
from benchmarks.report import contest_report
from benchmarks.settings import Settings
from benchmarks.suites.steps import SHAPES


def run(settings: Settings) -> dict[str, Any]:
    """A contest for each shape."""
    contests = []
    for batch, length in settings.shapes(SHAPES):
        results = contest(
            settings.chosen(roster.inference()),
            {"encoder": str(settings.encoder), "kind": "infer", "batch": batch, "length": length},
            rounds=settings.rounds or 7,
            seconds=settings.seconds,
            logs=settings.logs,
            notice=settings.notice,
        )
        contests.append(contest_report(f"infer L{length} B{batch}", results, ours=roster.OURS, sizes=batch))
    return {"contests": contests}
