"""What is known of the data before training starts: sizes, classes, what was skipped, what leaks between splits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bert_tf.data.causes import Cause
from bert_tf.data.duplicates import Contradictions, find_contradictions, leaked_rows
from bert_tf.data.examples import Examples
from bert_tf.data.labels import AlikeLabels, LabelNames, Spelling, alike
from bert_tf.data.pools import Pool


@dataclass(frozen=True)
class DataReport:
    """Counts by split (`train`, `validation`, `test`); `dataclasses.asdict` makes it JSON.

    Attributes:
        rows: Examples in each split.
        class_counts: Examples of each label in each split, in the order of the labels.
        bad_rows: What was skipped, by cause.
        leakage: Rows of validation and test whose text (and pair) also stands in train.
        duplicates: Rows of train whose text (and pair) stands in an earlier row of train.
        dropped: Rows of each source split that were left out because their text (and pair) stands in an earlier row.
        contradictions: Texts with more than one label; None where there are none.
        alike: Labels that are probably one, or that were made one.
        missing_values: Texts and labels that are only a word for a missing value, such as "nan".
        remarks: What the owner of the files should know of how they were read.
    """

    rows: dict[str, int]
    class_counts: dict[str, dict[str, int]]
    bad_rows: tuple[Cause, ...]
    leakage: dict[str, int]
    duplicates: int
    dropped: dict[str, int]
    contradictions: Contradictions | None
    alike: tuple[AlikeLabels, ...]
    missing_values: dict[str, tuple[Spelling, ...]]
    remarks: tuple[str, ...]


def make_report(
    examples: Mapping[str, Examples],
    *,
    pools: Mapping[str, Pool],
    kept: Mapping[str, Pool],
    parts: Mapping[str, Pool],
    causes: Sequence[Cause],
    names: LabelNames,
    remarks: Sequence[str],
) -> DataReport:
    """Count all of it.

    Args:
        examples: The splits there are, `train` among them.
        pools: The source splits, as they were read.
        kept: The same without dropped duplicates.
        parts: The splits that became of them.
        causes: Of the rows that were skipped.
        names: Of the labels.
        remarks: On the files.
    """
    train = parts["train"].text_hashes[parts["train"].rows]
    return DataReport(
        rows={split: len(rows) for split, rows in examples.items()},
        class_counts={split: class_counts(rows) for split, rows in examples.items()},
        bad_rows=tuple(causes),
        leakage={split: int(leaked.sum()) for split, leaked in leaked_rows(parts).items()},
        duplicates=len(train) - len(np.unique(train)),
        dropped={split: len(pool.rows) - len(kept[split].rows) for split, pool in pools.items()},
        contradictions=find_contradictions(pools),
        alike=_alike(pools, names),
        missing_values={
            "text": tuple(spelling for pool in pools.values() for spelling in pool.seen.missing_texts.spellings),
            "label": tuple(spelling for pool in pools.values() for spelling in pool.seen.missing_labels),
        },
        remarks=tuple(remarks),
    )


def _alike(pools: Mapping[str, Pool], names: LabelNames) -> tuple[AlikeLabels, ...]:
    groups = alike(spelling for pool in pools.values() for spelling in pool.seen.labels.spellings)
    return tuple(AlikeLabels(tuple(group), names.name_of(group[0].value) if names.merges else None) for group in groups)


def class_counts(examples: Examples) -> dict[str, int]:
    """Number of rows of each label, 0 included, in the order of the labels."""
    counts = np.bincount(examples.labels, minlength=len(examples.label_names))
    return {name: int(count) for name, count in zip(examples.label_names, counts, strict=True)}
