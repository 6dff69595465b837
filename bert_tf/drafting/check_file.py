"""A file read as a recipe would read it: what its rows come to, and a sample of its texts."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from bert_tf.data.bad_rows import Problems
from bert_tf.data.causes import Cause, Surroundings, find_causes
from bert_tf.data.checked_rows import CheckedBlock, Seen, checked_blocks
from bert_tf.data.checks import Columns
from bert_tf.data.pools import text_hashes
from bert_tf.data.row_blocks import BlockItem
from bert_tf.data.target import Target, Value

MOST_TEXTS = 5_000
_LONGEST_TEXT = 20_000  # bytes of a text that are kept


@dataclass
class CheckedFile:
    """What was counted.

    Attributes:
        labels: Rows of each label; of a label of the training rows, where another spelling stands for it.
        causes: Of rows that are no examples.
        problems: What is wrong with the whole file, such as a column that it lacks.
        seen: Spellings of labels, and words for missing values.
        remarks: What its owner should know of how the file was read.
        repeated: Rows whose text (and pair) stood in an earlier row.
        leaked: Rows whose text (and pair) is among the training rows.
        text_hashes: Of all rows.
        texts, pairs: Of up to 5,000 rows from all over the file, drawn with equal chances; `pairs` is as long or empty.
            Of a very long text it is the beginning.
    """

    labels: Counter[Value] = field(default_factory=Counter)
    causes: tuple[Cause, ...] = ()
    problems: tuple[str, ...] = ()
    seen: Seen = field(default_factory=Seen)
    remarks: list[str] = field(default_factory=list)
    repeated: int = 0
    leaked: int = 0
    text_hashes: set[int] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    pairs: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows that are examples."""
        return self.labels.total()

    @property
    def bad(self) -> int:
        """Rows that are no examples."""
        return sum(cause.rows for cause in self.causes)


def check_file(
    items: Iterable[BlockItem],
    columns: Columns,
    target: Target,
    *,
    split: str,
    source: str,
    train: CheckedFile | None = None,
) -> CheckedFile:
    """Check each row, as training will.

    Args:
        items: What a reader yields.
        columns: The columns of an example.
        target: What a label is.
        split: `train`, `validation` or `test`.
        source: What a user calls it.
        train: Of the training rows, whose labels the others must keep to; None for these themselves.
    """
    checked, problems = CheckedFile(), Problems()
    # None of its labels is merged yet: the recipe may leave them apart.
    known = target if train is None else target.with_labels_of(tuple(train.labels), ())
    draw, rows = np.random.default_rng(1), 0
    blocks = checked_blocks(items, split=split, columns=columns, target=known, problems=problems, seen=checked.seen)
    for block in blocks:
        counts = np.bincount(block.labels.codes, minlength=len(block.labels.values)).tolist()
        checked.labels.update(dict(zip(block.labels.values, counts, strict=True)))
        hashes, times = np.unique(text_hashes(block), return_counts=True)
        for key, count in zip(hashes.tolist(), times.tolist(), strict=True):
            checked.repeated += count - (key not in checked.text_hashes)
            checked.leaked += count if train is not None and key in train.text_hashes else 0
            checked.text_hashes.add(key)
        _sample(checked, block, rows, draw)
        rows += len(block)
    checked.remarks, checked.problems = problems.remarks.messages, tuple(problems.files)
    checked.causes = find_causes(problems, Surroundings({split: source}, {split: checked.rows}), explain=known.explain)
    return checked


def _sample(checked: CheckedFile, block: CheckedBlock, rows: int, draw: np.random.Generator) -> None:
    """Keep rows that follow `rows` others with the chance that each has in a sample of all (Vitter's algorithm R)."""
    numbers = np.arange(rows, rows + len(block))
    places = np.where(numbers < MOST_TEXTS, numbers, draw.integers(0, numbers + 1))
    for row in np.flatnonzero(places < MOST_TEXTS).tolist():
        for kept, cells in ((checked.texts, block.texts), (checked.pairs, block.pairs)):
            if cells is None:
                continue
            beginning = cells.values[cells.codes[row]][:_LONGEST_TEXT].decode(errors="ignore")
            if places[row] == len(kept):
                kept.append(beginning)
            else:
                kept[places[row]] = beginning
