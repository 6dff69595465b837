"""What is known of the data before training starts: sizes, labels, what was skipped, what leaks between splits."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from bert_tf.data.causes import Cause
from bert_tf.data.duplicates import Contradictions, find_contradictions
from bert_tf.data.examples import Examples
from bert_tf.data.labels import AlikeLabels, Spelling
from bert_tf.data.pools import Pool
from bert_tf.data.target import LearnedTarget, Summary


@dataclass(frozen=True)
class DataReport:
    """Counts by split (`train`, `validation`, `test`).

    Attributes:
        rows: Examples in each split.
        summary: What the labels of each split come to.
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
    summary: Summary
    bad_rows: tuple[Cause, ...]
    leakage: dict[str, int]
    duplicates: int
    dropped: dict[str, int]
    contradictions: Contradictions | None
    alike: tuple[AlikeLabels, ...]
    missing_values: dict[str, tuple[Spelling, ...]]
    remarks: tuple[str, ...]

    def facts(self) -> dict[str, Any]:
        """What run.json says of it; JSON-able. The summary stands under its own key."""
        values = {name: found for name, found in asdict(self).items() if name != "summary"}
        return {"rows": values.pop("rows"), **self.summary.facts(), **values}


def make_report(
    examples: Mapping[str, Examples],
    *,
    pools: Mapping[str, Pool],
    kept: Mapping[str, Pool],
    parts: Mapping[str, Pool],
    causes: Sequence[Cause],
    target: LearnedTarget,
    leaked: Mapping[str, np.ndarray],
    remarks: Sequence[str],
) -> DataReport:
    """Count all of it.

    Args:
        examples: The splits there are, `train` among them.
        pools: The source splits, as they were read.
        kept: The same without dropped duplicates.
        parts: The splits that became of them.
        causes: Of the rows that were skipped.
        target: What was learned of the labels.
        leaked: As of `leaked_rows`.
        remarks: On the files.
    """
    train = parts["train"].text_hashes[parts["train"].rows]
    return DataReport(
        rows={split: len(rows) for split, rows in examples.items()},
        summary=target.summary({split: rows.targets for split, rows in examples.items()}),
        bad_rows=tuple(causes),
        leakage={split: int(rows.sum()) for split, rows in leaked.items()},
        duplicates=0 if target.repeats_texts else len(train) - len(np.unique(train)),
        dropped={split: len(pool.rows) - len(kept[split].rows) for split, pool in pools.items()},
        contradictions=None if target.repeats_texts else find_contradictions(pools),
        alike=tuple(target.alike([one for pool in pools.values() for one in pool.seen.labels.spellings])),
        missing_values={
            "text": tuple(spelling for pool in pools.values() for spelling in pool.seen.missing_texts.spellings),
            "label": tuple(spelling for pool in pools.values() for spelling in pool.seen.missing_labels),
        },
        remarks=tuple(remarks),
    )
