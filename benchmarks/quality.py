"""Whether models learn as well as a reference: scores over several seeds."""

import statistics
from collections.abc import Mapping
from typing import Any

from benchmarks import roster
from benchmarks.contest import contest
from benchmarks.report import figure
from benchmarks.settings import Settings

_PATIENCE = 4 * 3600
_KERNELS = ("fused", "reference")


def train_both(name: str, recipe: str, overrides: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """Accuracies of a recipe with either kernels, the difference of their means, and that over the seeds' spread.

    Raises:
        RuntimeError: a training fails.
    """
    accuracies: dict[str, list[float]] = {kernels: [] for kernels in _KERNELS}
    for seed in range(1, settings.seeds + 1):
        for kernels, accuracy in _train(settings, recipe, {**overrides, "training.seed": seed}).items():
            accuracies[kernels].append(accuracy)
    figures = [figure(f"{name}, {kernels}: accuracy", found, "") for kernels, found in accuracies.items()]
    return {"figures": figures + compare(name, *accuracies.values())}


def compare(name: str, fused: list[float], reference: list[float]) -> list[dict[str, Any]]:
    """The difference of the means, fused less reference; and its size over the larger spread, that of either's seeds.

    The second is there from two seeds of different accuracy on.
    """
    return _compared(name, fused, reference, size=True)


def compare_with_peer(name: str, ours: list[float], theirs: list[float]) -> list[dict[str, Any]]:
    """The difference of the means, ours less theirs, and over the larger spread; below -1, ours learn less well."""
    return _compared(name, ours, theirs, size=False)


def _compared(name: str, first: list[float], second: list[float], *, size: bool) -> list[dict[str, Any]]:
    difference = statistics.mean(first) - statistics.mean(second)
    spread = max(max(found) - min(found) for found in (first, second))
    figures = [figure(f"{name}: difference of means", [difference], "")]
    if spread:
        over = (abs(difference) if size else difference) / spread
        figures.append(figure(f"{name}: difference over spread", [over], ""))
    return figures


def _train(settings: Settings, recipe: str, overrides: Mapping[str, Any]) -> dict[str, float]:
    contestants = [
        roster.own(kernels, "own_training", overrides={**overrides, "model.kernels": kernels}) for kernels in _KERNELS
    ]
    results = contest(
        contestants,
        {"recipe": recipe},
        rounds=1,
        seconds=0,
        logs=settings.logs,
        warmup=(),
        patience=_PATIENCE,
        notice=settings.notice,
    )
    errors = [f"{kernels}: {result['error']}" for kernels, result in results.items() if "error" in result]
    if errors:
        raise RuntimeError("; ".join(errors))
    return {kernels: result["turns"][0]["accuracy"] for kernels, result in results.items()}
