"""Bad rows as they are found, gathered by what is wrong with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from bert_tf.data.checks import Refusal
from bert_tf.data.labels import Tally
from bert_tf.data.remarks import Remarks
from bert_tf.data.row_blocks import Cells, in_order

_MOST_KEPT = 20


@dataclass
class BadRows:
    """Rows of one split that are refused for one reason.

    Attributes:
        split: `train`, `validation` or `test`, where they were read.
        reason: Two or three words, as of `Refusal`.
        rows: How many.
        places: The first ones, with file and line.
        messages: Of these, in the same order.
        labels: Those that no row may have, where that is the reason.
    """

    split: str
    reason: str
    rows: int = 0
    places: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    labels: Tally = field(default_factory=Tally)


class Problems:
    """Everything that is wrong with files and rows of all splits.

    Attributes:
        remarks: What is not wrong, and still to be known.
    """

    def __init__(self) -> None:
        self._files: list[str] = []
        self._rows: dict[tuple[str, str], BadRows] = {}
        self.remarks = Remarks()

    def add_file(self, message: str) -> None:
        """Record what is wrong with a whole file or split."""
        self._files.append(message)

    def add_rows(self, refused: Cells, *, split: str, place: Callable[[int], str]) -> None:
        """Record bad rows; the first ones are kept with their place, all are counted.

        Args:
            refused: A `Refusal` for each bad row.
            split: Where they were read.
            place: Of a row of `refused`.
        """
        refusals: Sequence[Refusal] = refused.values
        reasons = {reason: number for number, reason in enumerate(dict.fromkeys(one.reason for one in refusals))}
        rows = np.flatnonzero(refused.codes >= 0)
        codes = refused.codes[rows]
        by_reason = in_order(np.array([reasons[one.reason] for one in refusals], np.int64)[codes])
        for number, count in zip(by_reason.codes.tolist(), by_reason.rows.tolist(), strict=True):
            key = (split, list(reasons)[number])
            found = self._rows.setdefault(key, BadRows(*key))
            found.rows += count
            if (room := _MOST_KEPT - len(found.places)) > 0:
                first = np.flatnonzero(by_reason.codes[by_reason.places] == number)[:room]
                found.places += [place(int(row)) for row in rows[first]]
                found.messages += [refusals[code].message for code in codes[first]]
        by_refusal = in_order(codes)
        for code, row, count in zip(by_refusal.codes, rows[by_refusal.first], by_refusal.rows.tolist(), strict=True):
            refusal = refusals[code]
            if refusal.label is not None:
                self._rows[split, refusal.reason].labels.add(refusal.label, place(int(row)), rows=count)

    @property
    def files(self) -> Sequence[str]:
        """What is wrong with files."""
        return self._files

    @property
    def bad_rows(self) -> Sequence[BadRows]:
        """Rows by split and reason, in the order of the first of each."""
        return list(self._rows.values())

    def count(self, split: str) -> int:
        """Bad rows of a split."""
        return sum(found.rows for found in self._rows.values() if found.split == split)
