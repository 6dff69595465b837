"""Slices of a split, as TFDS writes them: `train[:2000]`, `all[90%:]`, `data/*.csv[-500:]`."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from bert_tf.data.row_blocks import BlockItem, RowBlock
from bert_tf.data.rows import Header, Remark
from bert_tf.errors import DataError
from bert_tf.plurals import counted

SLICED = re.compile(r"(?P<name>.+)\[(?P<start>-?\d+%?)?:(?P<stop>-?\d+%?)?\]")
FORMS = "use a form like [:2000], [90%:], [10%:20%] or [-500:]"


class Slice(NamedTuple):
    """Where rows start and stop, each as it was written: a count, a percentage, negative from the end, or None."""

    start: str | None
    stop: str | None

    @property
    def needs_total(self) -> bool:
        """Whether the rows must be counted before the slice can be taken."""
        return any(bound is not None and ("%" in bound or "-" in bound) for bound in self)

    def bounds(self, total: int | None) -> tuple[int, int | None]:
        """First row and the row after the last (None: to the end). Percentages are rounded as TFDS does.

        Args:
            total: Number of rows; may be None unless `needs_total`.
        """
        start = 0 if self.start is None else _position(self.start, total)
        stop = None if self.stop is None else _position(self.stop, total)
        return start, stop


def parse_split(split: str) -> tuple[str, Slice | None]:
    """Name and slice of a split; the slice is None when there is no `[…]` at the end.

    Raises:
        DataError: What stands in the brackets is no slice.
    """
    if not split.endswith("]"):
        return split, None
    match = SLICED.fullmatch(split)
    if match is None:
        raise DataError(f"The slice in {split!r} can't be read.", where="data", hint=FORMS)
    return match["name"], Slice(match["start"], match["stop"])


def sliced(open_source: Callable[[], Iterator[BlockItem]], rows: Slice, *, split: str) -> Iterator[BlockItem]:
    """The rows of a slice, with the headers of the files they stand in; bad rows count as rows.

    Raises:
        DataError: The slice has no row, or reaches past the end.
    """
    start, stop = rows.bounds(_count(open_source) if rows.needs_total else None)
    if stop is not None and start >= stop:
        raise DataError(f"{split!r} has no rows: it starts at row {start} and stops at row {stop}.", hint=FORMS)
    position = 0
    for item in open_source():
        size = _rows_in(item)
        if size and position == stop:
            return
        first, last = max(start - position, 0), size if stop is None else min(stop - position, size)
        if isinstance(item, RowBlock):
            if first < last:
                yield item.taken(np.arange(first, last))
        elif not size or first == 0:
            yield item
        position += last
    if position < (stop or start + 1):
        raise DataError(
            f"{split!r} reaches past the end: it has {counted(position, 'row')}.", hint="use a smaller slice"
        )


def _count(open_source: Callable[[], Iterator[BlockItem]]) -> int:
    return sum(map(_rows_in, open_source()))


def _rows_in(item: BlockItem) -> int:
    return len(item) if isinstance(item, RowBlock) else int(not isinstance(item, Header | Remark))


def _position(bound: str, total: int | None) -> int:
    if total is None:
        return int(bound)
    position = round(int(bound[:-1]) * total / 100) if bound.endswith("%") else int(bound)
    return max(position + total, 0) if position < 0 else position
