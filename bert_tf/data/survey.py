"""What the columns of a file hold, counted in one pass: what guesses are made from."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from bert_tf.data.row_blocks import BlockItem, RowBlock
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

    def add(self, value: object) -> None:
        """Count a value."""
        self.rows += 1
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else "" if value is None else str(value)
        if not text.strip():
            self.missing += 1
            return
        self.characters += len(text)
        if text in self.values or len(self.values) < MOST_DISTINCT:
            self.values[text] += 1
        try:
            number = float(text)
        except ValueError:
            return
        self.numbers += 1
        self.least = min(self.least, number)


def survey_columns(items: Iterable[BlockItem]) -> list[Column]:
    """The columns of a source's rows, in the order of its header; rows that can't be read are passed over.

    Of half a million cells, every row counts. Then it is every second row, for as many cells again every fourth, and so
    on, to the end of the file: what comes once in a large file tells little of its columns.
    """
    columns: dict[str, Column] = {}
    step, waiting, cells = 1, 0, 0
    for item in items:
        if isinstance(item, Header):
            for name in item.columns:
                columns.setdefault(name, Column(name))
            continue
        for row in _rows_of(item):
            waiting += 1
            if waiting < step:
                continue
            waiting = 0
            values = row().values
            for name, value in values.items():
                if name in columns:
                    columns[name].add(value)
            cells += len(values)
            if cells >= _MOST_CELLS:
                step, cells = 2 * step, 0
    return list(columns.values())


def _rows_of(item: BlockItem) -> Iterator[Callable[[], Row]]:
    """Its good rows, each made when it is looked at."""
    if isinstance(item, Row):
        yield lambda: item
    elif isinstance(item, RowBlock):
        for place in np.flatnonzero(item.bad.codes < 0).tolist():
            yield partial(item.good_row, place)


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
