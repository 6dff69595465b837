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
            settings.chosen(roster.training(settings.precision)),
            shape_workload(settings, "train", batch, length),
            rounds=settings.rounds or 5,
            **settings.turns,
        )
        name = settings.title(f"train L{length} B{batch}")
        contests.append(contest_report(name, results, ours=roster.OURS, sizes=batch, per=settings.per))
    return {"contests": contests}


def shape_workload(settings: Settings, kind: str, batch: int, length: int) -> dict[str, Any]:
    """What contestants of a fixed shape are told; `kind` is "train" or "infer"."""
    return {
        "encoder": str(settings.encoder),
        "precision": settings.precision,
        "kind": kind,
        "batch": batch,
        "length": length,
    }
