"""Training steps by number of cores, and by size of the batch."""

import os
from typing import Any

from benchmarks import roster
from benchmarks.contest import contest
from benchmarks.report import contest_report
from benchmarks.settings import Settings

_LENGTH = 128
_BATCHES = (8, 16, 32, 64)
_CORES = (1, 2, 4, 8, 16)


def run(settings: Settings) -> dict[str, Any]:
    """A contest for each number of cores, then one for each size of the batch on all of them."""
    at_hand = len(os.sched_getaffinity(0))
    by_cores = [_steps(settings, batch=32, cores=cores) for cores in _CORES if cores <= at_hand]
    return {"contests": by_cores + [_steps(settings, batch=batch, cores=None) for batch in _BATCHES]}


def _steps(settings: Settings, *, batch: int, cores: int | None) -> dict[str, Any]:
    results = contest(
        [roster.own_steps(), roster.pytorch_steps()[0]],
        {"encoder": str(settings.encoder), "kind": "train", "batch": batch, "length": _LENGTH},
        rounds=settings.rounds or 5,
        seconds=settings.seconds,
        logs=settings.logs,
        cores=cores,
        notice=settings.notice,
    )
    where = f", {cores} core{'s' * (cores > 1)}" if cores else ""
    return contest_report(f"train L{_LENGTH} B{batch}{where}", results, ours=roster.OURS, sizes=batch)
