"""Training steps by number of cores, and by size of the batch."""

import dataclasses
import os
from typing import Any

from benchmarks import roster
from benchmarks.contest import contest
from benchmarks.report import contest_report
from benchmarks.settings import Settings
from benchmarks.suites.steps import shape_workload

_LENGTH = 128
_BATCHES = (8, 16, 32, 64)
_CORES = (1, 2, 4, 8, 16)


def run(settings: Settings) -> dict[str, Any]:
    """A contest for each number of cores, then one for each size of the batch on all of them."""
    at_hand = len(os.sched_getaffinity(0))
    by_cores = [_steps(dataclasses.replace(settings, cores=cores), batch=32) for cores in _CORES if cores <= at_hand]
    everywhere = dataclasses.replace(settings, cores=None)
    return {"contests": by_cores + [_steps(everywhere, batch=batch) for batch in _BATCHES]}


def _steps(settings: Settings, *, batch: int) -> dict[str, Any]:
    results = contest(
        [roster.own_steps(), roster.pytorch_steps()[0]],
        shape_workload(settings, "train", batch, _LENGTH),
        rounds=settings.rounds or 5,
        **settings.turns,
    )
    name = settings.title(f"train L{_LENGTH} B{batch}")
    return contest_report(name, results, ours=roster.OURS, sizes=batch, per=settings.per)
