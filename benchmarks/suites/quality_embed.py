"""Recall@1 and MRR on Banking77 beside sentence-transformers, and a step of training on pairs."""

import csv
import pathlib
from typing import Any

from benchmarks import roster
from benchmarks.beside_trainer import train_beside_trainer
from benchmarks.contest import contest
from benchmarks.quality import compare_with_peer
from benchmarks.report import contest_report, figure
from benchmarks.rows import write_rows
from benchmarks.settings import Settings
from benchmarks.suites.steps import shape_workload

_RECIPE = "customer-service"
_BATCH, _LENGTH = 64, 64
_TOLD = ("recall_at_1", "mrr", "seconds")


def run(settings: Settings) -> dict[str, Any]:
    """Raises RuntimeError without `settings.banking77`, and where a training fails."""
    if settings.banking77 is None:
        raise RuntimeError("--banking77 names no folder with train.csv and test.csv")
    folder = _part(settings.banking77, settings) if settings.rows else settings.banking77
    files = {f"data.{split}": f"{folder}/{split}.csv" for split in ("train", "test")}
    # sentence-transformers chooses no epoch, so that neither gets rows to choose by.
    overrides: dict[str, Any] = {**files, "data.validation": None}
    rows = write_rows(_RECIPE, overrides, settings.scratch / "rows")
    found: dict[str, dict[str, list[float]]] = {who: {} for who in (roster.OURS, roster.SENTENCE_TRANSFORMERS)}
    for seed in range(1, settings.seeds + 1):
        seeded = {**overrides, "training.seed": seed}
        turns = train_beside_trainer(
            _RECIPE,
            seeded,
            rows,
            theirs={},
            settings=settings,
            peer=roster.sentence_transformers("sentence_transformers_training"),
        )
        for who, turn in turns.items():
            for key in _TOLD:
                found[who].setdefault(key, []).append(turn[key])
    ours, theirs = found.values()
    return {
        "figures": [
            *(figure(f"Banking77 recall@1, {who}", each["recall_at_1"], "") for who, each in found.items()),
            *(figure(f"Banking77 MRR, {who}", each["mrr"], "") for who, each in found.items()),
            *compare_with_peer("Banking77 recall@1", ours["recall_at_1"], theirs["recall_at_1"]),
            *(figure(f"Banking77 training, {who}", each["seconds"], "s") for who, each in found.items()),
        ],
        "contests": [_steps(settings)],
    }


def _part(folder: pathlib.Path, settings: Settings) -> pathlib.Path:
    """A folder with at most so many rows of each file, from all over it: files are sorted by intent."""
    part = settings.scratch / "banking77"
    part.mkdir(parents=True, exist_ok=True)
    for name in ("train.csv", "test.csv"):
        with (folder / name).open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        count = min(settings.rows or len(rows), len(rows))
        with (part / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *(rows[index * len(rows) // count] for index in range(count))])
    return part


def _steps(settings: Settings) -> dict[str, Any]:
    results = contest(
        settings.chosen(roster.embedding_steps()),
        {**shape_workload(settings, "train", _BATCH, _LENGTH), "task": "embed"},
        rounds=settings.rounds or 5,
        **settings.turns,
    )
    name = settings.title(f"embed, train L{_LENGTH} B{_BATCH}")
    return contest_report(name, results, ours=roster.OURS, sizes=_BATCH, per=settings.per, unit="pairs")
