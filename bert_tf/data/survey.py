"""What the columns of a file hold, counted in one pass: what guesses are made from."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from bert_tf.data.row_blocks import BlockItem, RowBlock, block_of, in_order
from bert_tf.data.rows import Header, Row
from bert_tf.plurals import counted

MOST_DISTINCT = 10_000
NAMED, _CONTAINED = 3.0, 1.5  # what a telling name counts, and one that holds such a name
_MOST_CELLS = 500_000
_MOST_DESCRIBED = 50  # columns in a message


@dataclass
class Column:
    """Counts over rows that could be read.

    Attributes:
        name: As the file has it.
        values: How often each value stands there, of the first 10,000 different ones.
        rows: Rows that have the column.
        missing: Rows where it is empty.
        numbers: Rows where it is a number.
        characters: Of all values together.
        least: Smallest number; infinity without one.
    """

    name: str
    values: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    missing: int = 0
    numbers: int = 0
    characters: int = 0
    least: float = float("inf")

    @property
    def filled(self) -> int:
        """Rows that have a value."""
        return self.rows - self.missing

    @property
    def distinct(self) -> int:
        """Different values, 10,000 at most."""
        return len(self.values)

    @property
    def mean_characters(self) -> float:
        """Of a value that is there."""
        return self.characters / max(self.filled, 1)

    @property
    def is_numeric(self) -> bool:
        """Whether every value is a number."""
        return 0 < self.filled == self.numbers

    def add(self, value: object, times: int = 1) -> None:
        """Count a value that so many rows have."""
        self.rows += times
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else "" if value is None else str(value)
        if not text.strip():
            self.missing += times
            return
        self.characters += times * len(text)
        if text in self.values or len(self.values) < MOST_DISTINCT:
            self.values[text] += times
        try:
            number = float(text)
        except ValueError:
            return
        self.numbers += times
        self.least = min(self.least, number)


class Survey:
    """Counts the columns of a source's rows as they are read; rows that can't be read are passed over.

    Of half a million cells, every row counts. Then it is every second row, for as many cells again every fourth, and so
    on, to the end of the file: what comes once in a large file tells little of its columns.

    Attributes:
        characters: Of all values that were counted.
    """

    def __init__(self) -> None:
        self.characters = 0
        self._columns: dict[str, Column] = {}
        # Cells that were counted since rows are passed over as now, and rows since one was counted.
        self._step, self._cells, self._waiting = 1, 0, 0

    @property
    def columns(self) -> list[Column]:
        """In the order of the header."""
        return list(self._columns.values())

    @property
    def counts_every_row(self) -> bool:
        """Whether none was passed over yet, nor will be the next."""
        return self._step == 1

    def add(self, item: BlockItem) -> None:
        """Count what a reader yields."""
        if isinstance(item, Header):
            for name in item.columns:
                self._columns.setdefault(name, Column(name))
        elif isinstance(item, Row):
            self._add_block(block_of([item], wanted=list(item.values)))
        elif isinstance(item, RowBlock):
            self._add_block(item)

    def _add_block(self, block: RowBlock) -> None:
        rows = np.flatnonzero(block.bad.codes < 0)
        while len(rows):
            chosen = rows[self._step - self._waiting - 1 :: self._step]
            cells = np.zeros(len(chosen), np.int64)
            for _, codes in block.cells.values():
                cells += codes[chosen] >= 0
            together = self._cells + np.cumsum(cells)
            count = int(np.searchsorted(together, _MOST_CELLS)) + 1
            self._count(block, chosen[:count])
            if count > len(chosen):
                self._waiting = (self._waiting + len(rows)) % self._step
                self._cells = int(together[-1]) if len(together) else self._cells
                return
            rows = rows[self._step - self._waiting + (count - 1) * self._step :]
            self._step, self._cells, self._waiting = 2 * self._step, 0, 0

    def _count(self, block: RowBlock, rows: np.ndarray) -> None:
        for name, (values, codes) in block.cells.items():
            if name in self._columns:
                found = codes[rows]
                order = in_order(found[found >= 0])
                column = self._columns[name]
                self.characters -= column.characters
                for code, times in zip(order.codes.tolist(), order.rows.tolist(), strict=True):
                    column.add(values[code], times)
                self.characters += column.characters


def survey_columns(items: Iterable[BlockItem]) -> list[Column]:
    """The columns of a source's rows, as `Survey` counts them."""
    survey = Survey()
    for item in items:
        survey.add(item)
    return survey.columns


def name_score(name: str, telling: Sequence[str]) -> float:
    """How much a column's name tells: `NAMED` for a telling one, less for one that holds such a name, else 0."""
    lowered = name.lower().strip()
    if lowered in telling:
        return NAMED
    return _CONTAINED if any(word in lowered for word in telling if len(word) > 1) else 0.0


def listed_columns(names: Sequence[str]) -> str:
    """The first ones."""
    return ", ".join(names[:_MOST_DESCRIBED]) + (", …" if len(names) > _MOST_DESCRIBED else "")


def describe_columns(columns: Sequence[Column]) -> list[str]:
    """A line for each of the first columns: what it holds."""
    lines = [f"{column.name}: {_described(column)}" for column in columns[:_MOST_DESCRIBED]]
    more = len(columns) - len(lines)
    return [*lines, *([f"… {counted(more, 'more column')}"] if more else [])]


def _described(column: Column) -> str:
    if not column.filled:
        return "empty"
    different = counted(column.distinct, "distinct value")
    if column.distinct == MOST_DISTINCT:
        different = f"more than {different}"
    kind = "numbers" if column.is_numeric else f"{column.mean_characters:.0f} characters on average"
    return f"{different} in {counted(column.filled, 'row')}, {kind}"
