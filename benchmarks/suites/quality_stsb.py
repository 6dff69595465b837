"""Spearman's correlation on the STS benchmark beside Hugging Face's Trainer."""

import os
from typing import Any

from benchmarks.quality_numbers import train_with_trainer
from benchmarks.settings import Settings


def run(settings: Settings) -> dict[str, Any]:
    """Raises RuntimeError without `settings.stsb`."""
    if settings.stsb is None:
        raise RuntimeError("--stsb names no folder with en-train.csv, en-dev.csv and en-test.csv")
    os.environ["STSB_DATA"] = str(settings.stsb)
    rows = {"data.train": f"$STSB_DATA/en-train.csv[:{settings.rows}]"} if settings.rows else {}
    return train_with_trainer("STS-B", "sts-benchmark", rows, settings)
