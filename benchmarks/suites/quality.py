"""Whether the fused kernels learn as well as the reference: accuracies over several seeds."""

import statistics
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks import roster
from benchmarks.contest import contest
from benchmarks.report import figure
from benchmarks.settings import Settings

_IMDB_ROWS = 5000
_PATIENCE = 4 * 3600
_KERNELS = ("fused", "reference")


def run(settings: Settings) -> dict[str, Any]:
    """Accuracies by data and kernels, the difference of their means, and that over the seeds' spread."""
    figures = []
    for name, recipe, overrides in _trainings(settings):
        accuracies: dict[str, list[float]] = {kernels: [] for kernels in _KERNELS}
        for seed in range(1, settings.seeds + 1):
            for kernels, accuracy in _train(settings, recipe, {**overrides, "training.seed": seed}).items():
                accuracies[kernels].append(accuracy)
        figures += [figure(f"{name}, {kernels}: accuracy", found, "") for kernels, found in accuracies.items()]
        figures += compare(name, *accuracies.values())
    return {"figures": figures}


def compare(name: str, fused: list[float], reference: list[float]) -> list[dict[str, Any]]:
    """The difference of the means, fused less reference; and its size over the larger spread, that of either's seeds.

    The second is there from two seeds of different accuracy on.
    """
    difference = statistics.mean(fused) - statistics.mean(reference)
    spread = max(max(found) - min(found) for found in (fused, reference))
    figures = [figure(f"{name}: difference of means", [difference], "")]
    if spread:
        figures.append(figure(f"{name}: difference over spread", [abs(difference) / spread], ""))
    return figures


def _trainings(settings: Settings) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    if settings.sst2 is not None:
        files = {"train": "train", "validation": "dev", "test": "test"}
        slices = f"[:{settings.rows}]" if settings.rows else ""
        paths = {f"data.{split}": f"{settings.sst2 / name}.tsv{slices}" for split, name in files.items()}
        yield "SST-2", "sst2", paths
    rows = settings.rows or _IMDB_ROWS
    yield "IMDB", "imdb", {"data.train": f"train[:{rows}]", "data.validation": None, "data.test": f"test[:{rows}]"}


def _train(settings: Settings, recipe: str, overrides: Mapping[str, Any]) -> dict[str, float]:
    """Accuracy by kernels; raises RuntimeError when a training fails."""
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
