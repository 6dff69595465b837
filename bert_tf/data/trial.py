"""A file read as a recipe would read it: what its rows come to, and a sample of its texts."""

import random
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from bert_tf.data.checks import Columns, Refusal, check_row
from bert_tf.data.rows import BadRow, Header, Item

MOST_TEXTS = 5_000
_MOST_SHOWN = 3


@dataclass
class Trial:
    """What was counted.

    Attributes:
        labels: Rows of each label.
        bad: Rows that are no examples.
        bad_shown: The first of them, with place and reason.
        repeated: Rows whose text (and pair) stood in an earlier row.
        texts, pairs: Of up to 5,000 rows from all over the file, drawn with equal chances; `pairs` is as long or empty.
    """

    labels: Counter[str] = field(default_factory=Counter)
    bad: int = 0
    bad_shown: list[str] = field(default_factory=list)
    repeated: int = 0
    texts: list[str] = field(default_factory=list)
    pairs: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows that are examples."""
        return self.labels.total()


def try_rows(items: Iterable[Item], columns: Columns, *, known_labels: Collection[str] | None = None) -> Trial:
    """Check each row, as training will.

    Args:
        items: What a reader yields.
        columns: The columns of an example.
        known_labels: Labels that a row may have; None when any will do.
    """
    trial, name, seen = Trial(), "", set()
    draw = random.Random(1)
    for item in items:
        if isinstance(item, Header):
            name = item.name
            continue
        checked = Refusal(item.reason, item.message) if isinstance(item, BadRow) else check_row(item.values, columns)
        if not isinstance(checked, Refusal) and known_labels is not None and checked.label not in known_labels:
            checked = Refusal("unknown label", f"{columns.label} {checked.label!r} is never seen in training")
        if isinstance(checked, Refusal):
            trial.bad += 1
            if len(trial.bad_shown) < _MOST_SHOWN:
                trial.bad_shown.append(f"{name}:{item.number}: {checked.message}")
            continue
        trial.labels[checked.label] += 1
        key = hash((checked.text, checked.pair))
        trial.repeated += key in seen
        seen.add(key)
        _sample(trial, checked.text, checked.pair, draw)
    return trial


def _sample(trial: Trial, text: bytes, pair: bytes | None, draw: random.Random) -> None:
    """Keep the row with the chance that it has in a sample of all rows so far (Vitter's algorithm R)."""
    place = len(trial.texts) if len(trial.texts) < MOST_TEXTS else draw.randrange(trial.rows)
    for kept, value in ((trial.texts, text), (trial.pairs, pair)):
        if value is None or place >= MOST_TEXTS:
            continue
        if place == len(kept):
            kept.append(value.decode())
        else:
            kept[place] = value.decode()
