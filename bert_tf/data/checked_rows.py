"""The rows of a source that are examples; what is wrong with the others is recorded, and what they hold counted."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bert_tf.data.bad_rows import Problems
from bert_tf.data.checks import Columns, Refusal, check_text, check_weight
from bert_tf.data.labels import MISSING_VALUES, Spelling, Tally
from bert_tf.data.row_blocks import BlockItem, Cells, RowBlock, combined, gathered, in_order
from bert_tf.data.rows import Header
from bert_tf.data.target import Target
from bert_tf.nearest_name import did_you_mean

_MOST_COLUMNS = 50  # that a message lists
_NO_CELLS = Cells((), np.empty(0, np.int32))
_MISSING_MARKS = ("-", "--", "?")
_MISSING_TEXTS = frozenset(value.encode() for value in MISSING_VALUES)


@dataclass(frozen=True)
class Seen:
    """What was counted while rows were read, of the examples among them.

    Attributes:
        labels: Their names as they are spelled, where labels have names.
        missing_texts: Texts that are only a word for a missing value.
    """

    labels: Tally = field(default_factory=Tally)
    missing_texts: Tally = field(default_factory=Tally)

    @property
    def missing_labels(self) -> list[Spelling]:
        """Labels that are a word for a missing value, or a mark for one: SNLI has "-" where annotators disagree."""
        found = self.labels.spellings
        # Beside "+" it is a label.
        marks = _MISSING_MARKS if all(spelling.value != "+" for spelling in found) else ()
        return [spelling for spelling in found if spelling.value in MISSING_VALUES or spelling.value in marks]


@dataclass(frozen=True, eq=False)
class CheckedBlock:
    """Rows of one file that are examples.

    Attributes:
        name: Of the file.
        numbers: int64[n], as of `Row`.
        texts: bytes.
        pairs: bytes; None where examples are single texts.
        labels: As of the target; each once, in the order of their first rows.
        weights: float64[n].
    """

    name: str
    numbers: np.ndarray
    texts: Cells
    pairs: Cells | None
    labels: Cells
    weights: np.ndarray

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def places(self) -> pa.Array:
        """Where the rows stand: `reviews.csv:12`, as bytes."""
        numbers = pc.cast(pa.array(self.numbers), pa.string())
        return pc.binary_join_element_wise(f"{self.name}:", numbers, "").cast(pa.binary())


def checked_blocks(
    items: Iterable[BlockItem],
    *,
    split: str,
    columns: Columns,
    target: Target,
    problems: Problems,
    seen: Seen,
) -> Iterator[CheckedBlock]:
    """The good rows.

    Args:
        items: What a reader yields.
        split: `train`, `validation` or `test`, to record problems under.
        columns: The columns of an example.
        target: What a label is, and which ones a row may have.
        problems: Gets bad rows and missing columns.
        seen: Gets what is counted.
    """
    name, is_usable = split, True
    for item in gathered(target.read(items), wanted=columns.named()):
        problems.remarks.heed(item)
        if isinstance(item, Header):
            name, is_usable = item.name, _has_columns(item, columns, problems)
        if not is_usable or not isinstance(item, RowBlock):
            continue
        check = _BlockCheck(item, columns, target)
        place = _Place(name, item.numbers)
        problems.add_rows(check.refused, split=split, place=place)
        found = check.found(name)
        if len(found):
            check.count(found, seen, place)
            yield found


@dataclass(frozen=True, eq=False)
class _Place:
    """Says where a row of a block stands."""

    name: str
    numbers: np.ndarray

    def __call__(self, row: int) -> str:
        return f"{self.name}:{self.numbers[row]}"


class _BlockCheck:
    """The check of a block: of each value once, in the order in which those of a row are checked."""

    def __init__(self, block: RowBlock, columns: Columns, target: Target) -> None:
        self._block, self._target = block, target
        self._refusals = [Refusal(*why) for why in block.bad.values]
        self._refused = block.bad.codes.copy()
        for column in columns.named():
            self._refuse_missing(column)
        # A column may be absent from a block only where it is from all of its rows, none of which is left then.
        cells = {name: block.cells.get(name, _NO_CELLS) for name in columns.named()}
        self._texts = self._checked(cells[columns.text], partial(check_text, columns.text))
        pair = columns.text_pair
        self._pairs = None if pair is None else self._checked(cells[pair], partial(check_text, pair))
        self._written = self._checked_labels(cells, columns.label)
        weight = columns.weight
        self._weights = None if weight is None else self._checked(cells[weight], partial(check_weight, weight))
        self._labels = self._checked(self._written, target.resolve)
        self._rows = self._good()

    @property
    def refused(self) -> Cells:
        """A `Refusal` for each row that is no example."""
        return Cells(self._refusals, self._refused)

    def found(self, name: str) -> CheckedBlock:
        """The examples."""
        rows = self._rows
        order = in_order(self._labels.codes[rows])
        # Cells that are written differently may have one label.
        place_of: dict[Any, int] = {}
        places = [place_of.setdefault(self._labels.values[code], len(place_of)) for code in order.codes]
        labels = Cells(list(place_of), np.array(places, np.int32)[order.places])
        weights = np.ones(len(rows))
        if self._weights is not None:
            known = [1.0 if weight is None else weight for weight in self._weights.values]
            weights = np.array(known)[self._weights.codes[rows]]
        pairs = None if self._pairs is None else Cells(self._pairs.values, self._pairs.codes[rows])
        texts = Cells(self._texts.values, self._texts.codes[rows])
        return CheckedBlock(name, self._block.numbers[rows], texts, pairs, labels, weights)

    def count(self, found: CheckedBlock, seen: Seen, place: _Place) -> None:
        """Count how labels are spelled, and words for a missing value."""
        order = in_order(self._written.codes[self._rows])
        first = self._rows[order.first].tolist()
        for code, row, count in zip(order.codes.tolist(), first, order.rows.tolist(), strict=True):
            if spellings := self._target.spellings(self._written.values[code]):
                where = place(row)
                for spelling in spellings:
                    seen.labels.add(spelling, where, rows=count)
        missing = [code for code, text in enumerate(found.texts.values) if text in _MISSING_TEXTS]
        rows = np.flatnonzero(np.isin(found.texts.codes, missing))
        order = in_order(found.texts.codes[rows])
        for code, row, count in zip(order.codes, order.first, order.rows.tolist(), strict=True):
            seen.missing_texts.add(found.texts.values[code].decode(), place(self._rows[rows[row]]), rows=count)

    def _good(self) -> np.ndarray:
        return np.flatnonzero(self._refused < 0)

    def _refuse(self, rows: np.ndarray, refusal: Refusal) -> None:
        self._refused[rows] = len(self._refusals)
        self._refusals.append(refusal)

    def _refuse_missing(self, column: str) -> None:
        cells, rows = self._block.cells.get(column), self._good()
        missing = rows if cells is None else rows[cells.codes[rows] < 0]
        if len(missing):
            self._refuse(missing, Refusal("missing column", f"{column} is missing in this row"))

    def _checked(self, cells: Cells, check: Callable[[Any], Any]) -> Cells:
        """What a check says of the values of rows that are good so far; where it refuses one, its rows are not."""
        rows = self._good()
        codes = cells.codes[rows] if len(rows) else np.empty(0, np.int32)
        is_used = np.zeros(len(cells.values), bool)
        is_used[codes] = True
        found: list[Any] = [None] * len(cells.values)
        refusal_of = np.full(len(cells.values), -1, np.int32)
        for code in np.flatnonzero(is_used).tolist():
            value = check(cells.values[code])
            if isinstance(value, Refusal):
                refusal_of[code] = len(self._refusals)
                self._refusals.append(value)
            else:
                found[code] = value
        self._refused[rows] = refusal_of[codes]
        return Cells(found, cells.codes)

    def _checked_labels(self, cells: Mapping[str, Cells], columns: Sequence[str]) -> Cells:
        check = self._target.check
        if len(columns) > 1:
            return self._checked(self._rows_of(cells, columns), check)
        (column,) = columns
        return self._checked(cells[column], lambda value: check({column: value}))

    def _rows_of(self, cells: Mapping[str, Cells], columns: Sequence[str]) -> Cells:
        """Cells by column, of each combination that good rows have."""
        rows = self._good()
        order = in_order(combined([cells[column].codes[rows] for column in columns]))
        codes = np.full(len(self._block), -1)
        codes[rows] = order.places
        first = rows[order.first]
        values = [{name: cells[name].values[cells[name].codes[row]] for name in columns} for row in first.tolist()]
        return Cells(values, codes)


def column_problem(header: Header, column: str, *, is_label: bool = False) -> str | None:
    """Why a column of a file can't be used; None if it can. A label may be a list."""
    times = header.columns.count(column)
    if times > 1:
        return f"{header.name}: {times} columns are named {column!r}; rename all but one"
    unreadable = header.unreadable if is_label else {**header.unreadable, **header.lists}
    if column in unreadable:
        return f"{header.name}: the column {column!r} holds {unreadable[column]}, neither text nor numbers"
    if times == 1:
        return None
    hint = did_you_mean(column, header.columns)
    missing = f"no column {column!r}{f'; {hint}' if hint else '.'}"
    there = ", ".join(header.columns[:_MOST_COLUMNS]) + (", …" if len(header.columns) > _MOST_COLUMNS else "")
    return f"{header.name}: {missing} The columns are: {there}"


def _has_columns(header: Header, columns: Columns, problems: Problems) -> bool:
    """Record each column that can't be used; a header that tells no columns leaves it to the rows."""
    wrong = [
        message
        for column in columns.named()
        if header.columns and (message := column_problem(header, column, is_label=column in columns.label))
    ]
    for message in wrong:
        problems.add_file(message)
    return not wrong
