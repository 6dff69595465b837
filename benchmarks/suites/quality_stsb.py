"""Spearman's correlation on the STS benchmark beside Hugging Face's Trainer."""

from typing import Any

from benchmarks.quality_numbers import train_with_trainer
from benchmarks.settings import Settings


def run(settings: Settings) -> dict[str, Any]:
    """Raises RuntimeError without `settings.stsb`."""
    if settings.stsb is None:
        raise RuntimeError("--stsb names no folder with en-train.csv, en-dev.csv and en-test.csv")
    slice_of = f"[:{settings.rows}]" if settings.rows else ""
    rows = {
        "data.train": f"{settings.stsb}/en-train.csv{slice_of}",
        "data.validation": f"{settings.stsb}/en-dev.csv",
        "data.test": f"{settings.stsb}/en-test.csv",
    }
    return train_with_trainer("STS-B", "sts-benchmark", rows, settings)
