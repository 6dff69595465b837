"""What is known of the data before training starts: sizes, classes, what was skipped, what leaks between splits."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bert_tf.data.examples import Examples
from bert_tf.data.problems import Problems


@dataclass(frozen=True)
class DataReport:
    """Counts by split (`train`, `validation`, `test`); `dataclasses.asdict` makes it JSON.

    Attributes:
        rows: Examples in each split.
        class_counts: Examples of each label in each split, in the order of the labels.
        skipped: Bad rows of each source split by reason; those of a drawn split count where they were read.
        skipped_places: The first bad rows of each source split, with their place and reason.
        leakage: Rows of validation and test whose text (and pair) also stands in train.
        duplicates: Rows of train whose text (and pair) stands in an earlier row of train.
    """

    rows: dict[str, int]
    class_counts: dict[str, dict[str, int]]
    skipped: dict[str, dict[str, int]]
    skipped_places: dict[str, list[str]]
    leakage: dict[str, int]
    duplicates: int


def make_report(
    examples: Mapping[str, Examples], *, text_hashes: Mapping[str, np.ndarray], problems: Problems
) -> DataReport:
    """Count all of it.

    Args:
        examples: The splits there are, `train` among them.
        text_hashes: uint64[n] for each split, equal where text and pair are.
        problems: The bad rows that were found.
    """
    return DataReport(
        rows={split: len(rows) for split, rows in examples.items()},
        class_counts={split: class_counts(rows) for split, rows in examples.items()},
        skipped={split: dict(reasons.most_common()) for split, reasons in problems.reasons.items()},
        skipped_places=dict(problems.places),
        leakage={
            split: int(np.isin(hashes, text_hashes["train"]).sum())
            for split, hashes in text_hashes.items()
            if split != "train"
        },
        duplicates=len(text_hashes["train"]) - len(np.unique(text_hashes["train"])),
    )


def class_counts(examples: Examples) -> dict[str, int]:
    """Number of rows of each label, 0 included, in the order of the labels."""
    counts = np.bincount(examples.labels, minlength=len(examples.label_names))
    return {name: int(count) for name, count in zip(examples.label_names, counts, strict=True)}
