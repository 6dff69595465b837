"""Training steps on fixed shapes."""

from typing import Any

from benchmarks import roster
from benchmarks.contest import contest
from benchmarks.report import contest_report
from benchmarks.settings import Settings

# (batch, length)
SHAPES = ((32, 64), (32, 128), (16, 256), (8, 512))


def run(settings: Settings) -> dict[str, Any]:
    """A contest for each shape."""
    contests = []
    for batch, length in settings.shapes(SHAPES):
        results = contest(
            settings.chosen(roster.training()),
            {"encoder": str(settings.encoder), "kind": "train", "batch": batch, "length": length},
            rounds=settings.rounds or 5,
            seconds=settings.seconds,
            logs=settings.logs,
            notice=settings.notice,
        )
        contests.append(contest_report(f"train L{length} B{batch}", results, ours=roster.OURS, sizes=batch))
    return {"contests": contests}
