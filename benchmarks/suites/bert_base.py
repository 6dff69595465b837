"""Training steps of an encoder of BERT-base's shape, with random weights: 12 layers, 768 wide, heads of 64."""

import json
import pathlib
import tempfile
from typing import Any

from benchmarks import roster
from benchmarks.contest import contest
from benchmarks.encoders import CONFIGURATIONS
from benchmarks.report import contest_report
from benchmarks.settings import Settings
from benchmarks.suites.steps import shape_workload

# (batch, length)
SHAPES = ((16, 128),)


def run(settings: Settings) -> dict[str, Any]:
    """A contest for each shape."""
    contests = []
    with tempfile.TemporaryDirectory() as scratch:
        pathlib.Path(scratch, "config.json").write_text(json.dumps(CONFIGURATIONS["bert-base"]))
        for batch, length in settings.shapes(SHAPES):
            results = contest(
                settings.chosen([roster.own_steps(), *roster.pytorch_steps()]),
                {**shape_workload(settings, "train", batch, length), "encoder": scratch, "random": True},
                rounds=settings.rounds or 5,
                **{**settings.turns, "logs": settings.logs / "bert-base"},
            )
            name = settings.title(f"train BERT-base L{length} B{batch}")
            contests.append(contest_report(name, results, ours=roster.OURS, sizes=batch, per=settings.per))
    return {"contests": contests}
