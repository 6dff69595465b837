"""Inference from raw text: tokenizing, batching, the model. News articles, and tweets."""

from typing import Any

from benchmarks import roster
from benchmarks.contest import contest
from benchmarks.report import contest_report
from benchmarks.rows import count_rows, keep_rows, write_rows
from benchmarks.settings import Settings

_BATCH = 32
_WHOLE = {"data.validation": None, "data.test": None}
# Name, recipe, labels, longest row, rows at most.
CORPORA = (("BBC News", "bbc-news", 5, 256, 2225), ("tweets", "tweets", 3, 128, 8000))


def run(settings: Settings) -> dict[str, Any]:
    """A contest for each corpus; a step is a pass over all of its texts."""
    contests = []
    for name, recipe, labels, max_tokens, most in CORPORA:
        whole = write_rows(recipe, _WHOLE, settings.scratch / "rows")["train"]
        rows = keep_rows(whole, min(most, settings.rows or most))
        workload = {"labels": labels, "max_tokens": max_tokens, "batch": _BATCH, "rows": str(rows)}
        results = contest(
            settings.chosen(roster.raw_text()),
            {"encoder": str(settings.encoder), **workload},
            rounds=settings.rounds or 3,
            seconds=settings.seconds,
            logs=settings.logs,
            warmup=(1,),
            notice=settings.notice,
        )
        contests.append(contest_report(name, results, ours=roster.OURS, sizes=count_rows(rows), unit="texts"))
    return {"contests": contests}
