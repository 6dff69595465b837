"""Bad rows as they are found, gathered by what is wrong with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bert_tf.data.checks import Refusal
from bert_tf.data.labels import Tally
from bert_tf.data.remarks import Remarks

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

    def add_row(self, refusal: Refusal, *, split: str, place: str) -> None:
        """Record a bad row; the first ones are kept with their place, all are counted."""
        key = (split, refusal.reason)
        found = self._rows.get(key)
        if found is None:
            found = self._rows[key] = BadRows(*key)
        found.rows += 1
        if len(found.places) < _MOST_KEPT:
            found.places.append(place)
            found.messages.append(refusal.message)
        if refusal.label is not None:
            found.labels.add(refusal.label, place)

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
