"""Sentiment of finance headlines, a number, beside Hugging Face's Trainer."""

import os
from typing import Any

from benchmarks.quality_numbers import train_with_trainer
from benchmarks.settings import Settings


def run(settings: Settings) -> dict[str, Any]:
    """Raises RuntimeError without `settings.finance`."""
    if settings.finance is None:
        raise RuntimeError("--finance names no folder with headlines.json")
    os.environ["FINANCE_DATA"] = str(settings.finance)
    rows = {"data.train": f"$FINANCE_DATA/headlines.json[:{settings.rows}]"} if settings.rows else {}
    return train_with_trainer("Finance headlines", "finance-sentiment", rows, settings)
