"""From the command to the first training step: with an empty cache, and with what the first start left."""

import pathlib
import tempfile
from typing import Any

from benchmarks.report import figure
from benchmarks.settings import Settings
from benchmarks.startup import SECOND_STARTS, start

_RECIPE = "bbc-news"


def run(settings: Settings) -> dict[str, Any]:
    """Wall and CPU seconds of a first start and of those after it."""
    starts = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for number in range(1 + (settings.rounds or SECOND_STARTS)):
            settings.notice(f"start {number + 1}")
            starts.append(start(_RECIPE, [], cache=folder / "cache", runs=folder / str(number)))
    first, *later = starts
    name = "command to first step"
    return {
        "figures": [
            figure(f"{name}, first start", [first[0]], "s"),
            figure(f"{name}, second start", [wall for wall, _, _ in later], "s"),
            figure(f"{name}, first start, CPU seconds", [first[1]], "s"),
            figure(f"{name}, second start, CPU seconds", [cpu for _, cpu, _ in later], "s"),
            figure(f"{name}, second start, memory", [memory for _, _, memory in later], "MiB"),
        ]
    }
