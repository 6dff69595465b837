"""Many rows at once: of a column, each value is kept, checked and hashed once, however many rows have it."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from bert_tf.data.rows import BadRow, Header, Remark, Row

_MOST_ROWS = 1 << 13
_MOST_BYTES = 1 << 20
_BYTES_OF_A_PART = 64  # of a list, beside its text
_ABSENT = object()


class Cells(NamedTuple):
    """The cells of a column.

    Attributes:
        values: What stands in them; a value may be there twice.
        codes: int32[n], where in `values` the cell of each row is; -1 where a row has none.
    """

    values: Sequence[Any]
    codes: np.ndarray


class InOrder(NamedTuple):
    """Codes by their first rows.

    Attributes:
        codes: int[k], each that occurs once, in the order in which they first do.
        first: int[k], the first row of each.
        places: int[n], where in `codes` that of each row is.
        rows: int[k], how many have it.
    """

    codes: np.ndarray
    first: np.ndarray
    places: np.ndarray
    rows: np.ndarray


@dataclass(frozen=True, eq=False)
class RowBlock:
    """Rows of one file that follow each other, and those among them that could not be read.

    Attributes:
        numbers: int64[n], as of `Row`.
        lines: int64[n], as of `Row`.
        cells: By column, as far as columns are used.
        bad: Reason and message, as of `BadRow`; -1 for a row that could be read.
    """

    numbers: np.ndarray
    lines: np.ndarray
    cells: Mapping[str, Cells]
    bad: Cells

    def __len__(self) -> int:
        return len(self.numbers)

    def taken(self, places: np.ndarray) -> "RowBlock":
        """The rows at some places, again and again where a place is there twice."""
        cells = {name: Cells(values, codes[places]) for name, (values, codes) in self.cells.items()}
        bad = Cells(self.bad.values, self.bad.codes[places])
        return RowBlock(self.numbers[places], self.lines[places], cells, bad)

    def row(self, place: int) -> Row | BadRow:
        """One of them, from 0."""
        bad = int(self.bad.codes[place])
        if bad < 0:
            return self.good_row(place)
        reason, message = self.bad.values[bad]
        return BadRow(int(self.numbers[place]), reason, message, int(self.lines[place]))

    def good_row(self, place: int) -> Row:
        """One of those that could be read."""
        found = {name: (values, int(codes[place])) for name, (values, codes) in self.cells.items()}
        values = {name: values[code] for name, (values, code) in found.items() if code >= 0}
        return Row(int(self.numbers[place]), values, int(self.lines[place]))


BlockItem = Header | Remark | Row | BadRow | RowBlock


def in_order(codes: np.ndarray) -> InOrder:
    """Codes from 0 by their first rows."""
    first = np.full(int(codes.max(initial=-1)) + 1, len(codes))
    # Of several values for one place, NumPy keeps the last.
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    used = np.flatnonzero(first < len(codes))
    order = used[np.argsort(first[used])]
    place_of = np.empty(len(first), np.int64)
    place_of[order] = np.arange(len(order))
    places = place_of[codes]
    return InOrder(order, first[order], places, np.bincount(places, minlength=len(order)))


def combined(columns: Sequence[np.ndarray]) -> np.ndarray:
    """int64[n], equal for rows whose codes (0 or more) are equal in all columns, and small."""
    together = np.zeros(len(columns[0]), np.int64)
    for codes in columns:
        both = together * (int(codes.max(initial=0)) + 1) + codes
        together = np.unique(both, return_inverse=True)[1]
    return together


def once(values: Sequence[Hashable]) -> Cells:
    """Cells, of which none is None, with each value once; values that are equal don't differ."""
    code_of = {value: code for code, value in enumerate(dict.fromkeys(values))}
    return Cells(list(code_of), np.fromiter(map(code_of.__getitem__, values), np.int32, len(values)))


def joined(first: RowBlock, second: RowBlock) -> RowBlock:
    """The rows of two blocks of the same columns, one after the other."""

    def both(one: Cells, other: Cells) -> Cells:
        further = np.where(other.codes < 0, -1, other.codes + len(one.values))
        return Cells([*one.values, *other.values], np.concatenate([one.codes, further]))

    cells = {name: both(found, second.cells[name]) for name, found in first.cells.items()}
    numbers, lines = np.append(first.numbers, second.numbers), np.append(first.lines, second.lines)
    return RowBlock(numbers, lines, cells, both(first.bad, second.bad))


def changed(block: RowBlock, places: np.ndarray, *, changes: Mapping[str, Cells], refused: Cells) -> RowBlock:
    """A block with other cells in some columns, of rows that take one line.

    Args:
        block: The block.
        places: int[m], of the rows that change; all others are bad ones.
        changes: Of these rows, the cells of columns that change.
        refused: Of these rows, as of `RowBlock.bad`.
    """
    cells = dict(block.cells)
    for name, (values, codes) in changes.items():
        cells[name] = Cells(values, np.full(len(block), -1, np.int32))
        cells[name].codes[places] = codes
    lines, bad = block.lines.copy(), block.bad.codes.copy()
    lines[places] = 1
    bad[places] = np.where(refused.codes < 0, -1, refused.codes + len(block.bad.values))
    return RowBlock(block.numbers, lines, cells, Cells([*block.bad.values, *refused.values], bad))


def block_of(rows: Iterable[Row | BadRow], *, wanted: Sequence[str]) -> RowBlock:
    """All of some rows, however many, with the columns that are wanted."""
    listed = list(rows)
    values = [row.values if isinstance(row, Row) else {} for row in listed]
    cells = {name: _cells([found.get(name, _ABSENT) for found in values]) for name in dict.fromkeys(wanted)}
    bad = _Column()
    for row in listed:
        if isinstance(row, BadRow):
            bad.add_once((row.reason, row.message))
        else:
            bad.codes.append(-1)
    numbers, lines = [row.number for row in listed], [row.lines for row in listed]
    return RowBlock(np.array(numbers, np.int64), np.array(lines, np.int64), cells, bad.cells())


def row_by_row(items: Iterable[BlockItem]) -> Iterator[Header | Remark | Row | BadRow]:
    """The same with each row of a block by itself."""
    for item in items:
        if isinstance(item, RowBlock):
            yield from map(item.row, range(len(item)))
        else:
            yield item


def gathered(items: Iterable[BlockItem], *, wanted: Sequence[str]) -> Iterator[Header | Remark | RowBlock]:
    """The same with all rows in blocks, in their order.

    Args:
        items: What a reader yields.
        wanted: The columns that blocks are made of; those of `items` that are blocks already have them.
    """
    rows = _Gathering(wanted)
    for item in items:
        if isinstance(item, Row | BadRow):
            rows.add(item)
            if rows.is_full:
                yield rows.taken()
            continue
        if rows.numbers:
            yield rows.taken()
        yield item
    if rows.numbers:
        yield rows.taken()


@dataclass
class _Gathering:
    """Rows that will be a block."""

    wanted: Sequence[str]
    numbers: list[int] = field(default_factory=list)
    _lines: list[int] = field(default_factory=list)
    _bytes: int = 0

    def __post_init__(self) -> None:
        self._columns = [(name, _Column()) for name in dict.fromkeys(self.wanted)]
        self._bad = _Column()

    @property
    def is_full(self) -> bool:
        return len(self.numbers) >= _MOST_ROWS or self._bytes >= _MOST_BYTES

    def add(self, row: Row | BadRow) -> None:
        self.numbers.append(row.number)
        self._lines.append(row.lines)
        if isinstance(row, BadRow):
            self._bad.add_once((row.reason, row.message))
            for _, column in self._columns:
                column.codes.append(-1)
            return
        self._bad.codes.append(-1)
        values = row.values
        for name, column in self._columns:
            if name not in values:
                column.codes.append(-1)
                continue
            value = values[name]
            column.add(value)
            self._bytes += len(value) if isinstance(value, str | bytes) else _size_of(value)

    def taken(self) -> RowBlock:
        """The block; what is added then begins another."""
        cells = {name: column.cells() for name, column in self._columns}
        block = RowBlock(np.array(self.numbers, np.int64), np.array(self._lines, np.int64), cells, self._bad.cells())
        self.numbers, self._lines, self._bytes = [], [], 0
        self.__post_init__()
        return block


class _Column:
    """Cells as they come."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self.codes: list[int] = []
        self._code_of: dict[Hashable, int] = {}

    def add(self, value: object) -> None:
        # Other values may be equal and still differ, as 1, 1.0 and True do.
        if isinstance(value, str | bytes):
            self.add_once(value)
        else:
            self.codes.append(len(self.values))
            self.values.append(value)

    def add_once(self, value: Hashable) -> None:
        code = self._code_of.setdefault(value, len(self.values))
        if code == len(self.values):
            self.values.append(value)
        self.codes.append(code)

    def cells(self) -> Cells:
        return Cells(self.values, np.array(self.codes, np.int32))


def _cells(values: Iterable[object]) -> Cells:
    column = _Column()
    for value in values:
        if value is _ABSENT:
            column.codes.append(-1)
        else:
            column.add(value)
    return column.cells()


def _size_of(value: object) -> int:
    """Bytes of a value, about."""
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, dict):
        return _size_of([*value, *value.values()])
    # A tuple is what a target has made of the text beside it.
    return sum(_BYTES_OF_A_PART + _size_of(part) for part in value) if isinstance(value, list) else 0
