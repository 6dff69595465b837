"""Raw text to ids, per CPU second; `python -m benchmarks.tokenizer` shows that the ids are the same."""

from typing import Any

from benchmarks import roster
from benchmarks.contest import contest
from benchmarks.report import contest_report
from benchmarks.rows import count_rows, keep_rows, write_rows
from benchmarks.settings import Settings

_BATCH = 512
_TEXTS = 2225


def run(settings: Settings) -> dict[str, Any]:
    """A contest for each length, on news articles; a step is a pass over all of them."""
    written = write_rows("bbc-news", {"data.validation": None, "data.test": None}, settings.scratch / "rows")
    rows = keep_rows(written["train"], min(_TEXTS, settings.rows or _TEXTS))
    contests = []
    for max_tokens in (128, 256, 512):
        results = contest(
            roster.tokenizers(),
            {"encoder": str(settings.encoder), "rows": str(rows), "max_tokens": max_tokens, "batch": _BATCH},
            rounds=settings.rounds or 7,
            seconds=settings.seconds,
            logs=settings.logs,
            warmup=(1, 1),
            notice=settings.notice,
        )
        name = f"tokenize to {max_tokens}"
        contests.append(
            contest_report(name, results, ours=roster.OURS, sizes=count_rows(rows), unit="texts", per="cpu_seconds")
        )
    return {"contests": contests}
