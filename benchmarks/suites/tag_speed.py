"""Entities: a training step, and the exported graph from raw text to entities beside transformers' pipeline."""

from typing import Any

from benchmarks import roster
from benchmarks.contest import contest
from benchmarks.machine import precisions
from benchmarks.report import contest_report
from benchmarks.rows import count_rows, keep_rows, write_rows
from benchmarks.settings import Settings
from benchmarks.suites.steps import shape_workload

_TYPES = 10
_TAGS = {"task": "tag", "labels": 1 + 2 * _TYPES}
_BATCH, _LENGTH = 32, 64
_WHOLE = {"data.validation": None, "data.test": None}


def run(settings: Settings) -> dict[str, Any]:
    """Raises RuntimeError where tweets can't be read."""
    return {"contests": [_steps(settings), *(_texts(settings, precision) for precision in precisions())]}


def _steps(settings: Settings) -> dict[str, Any]:
    results = contest(
        settings.chosen(roster.tagging_steps()),
        {**shape_workload(settings, "train", _BATCH, _LENGTH), **_TAGS},
        rounds=settings.rounds or 5,
        **settings.turns,
    )
    name = settings.title(f"tag, train L{_LENGTH} B{_BATCH}")
    return contest_report(name, results, ours=roster.OURS, sizes=_BATCH, per=settings.per)


def _texts(settings: Settings, precision: str) -> dict[str, Any]:
    whole = write_rows("ner-wnut", _WHOLE, settings.scratch / "rows")["train"]
    rows = keep_rows(whole, settings.rows or count_rows(whole))
    results = contest(
        settings.chosen(roster.tagging_texts(precision)),
        {"encoder": str(settings.encoder), "rows": str(rows), "max_tokens": 128, "batch": _BATCH, **_TAGS},
        rounds=settings.rounds or 3,
        warmup=(1,),
        **settings.turns,
    )
    name = settings.title_in(f"tag, raw text, {precision}")
    return contest_report(name, results, ours=roster.EXPORTED, sizes=count_rows(rows), per=settings.per, unit="texts")
