"""Sentiment of finance headlines, a number, beside Hugging Face's Trainer."""

from typing import Any

from benchmarks.quality_numbers import train_with_trainer
from benchmarks.settings import Settings


def run(settings: Settings) -> dict[str, Any]:
    """Raises RuntimeError without `settings.finance`."""
    if settings.finance is None:
        raise RuntimeError("--finance names no folder with headlines.json")
    rows = {"data.train": f"{settings.finance}/headlines.json" + (f"[:{settings.rows}]" if settings.rows else "")}
    return train_with_trainer("Finance headlines", "finance-sentiment", rows, settings)
