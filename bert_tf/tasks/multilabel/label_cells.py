"""How the labels of a row are written: a list in one cell, ids of a list of names, or a column for each label."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from bert_tf.data.checks import Refusal, check_text
from bert_tf.data.label_cell import check_name
from bert_tf.data.labels import label_name
from bert_tf.tasks.multilabel.written_lists import CHOICES, parsed_list

_YES, _NO = ("1", "true", "yes"), ("0", "false", "no")
_LONGEST_SHOWN = 60

# The names of a row's labels, in the order of text, each once.
LabelSet = tuple[str, ...]


class LabelCells(Protocol):
    """One way to write labels."""

    @property
    def columns(self) -> tuple[str, ...]: ...

    def check(self, cells: Mapping[str, object]) -> LabelSet | Refusal:
        """The labels of a row, or what is wrong with its cells."""


class ListCell:
    """A column with all labels of a row. An empty cell or list is a row without labels, and so is null, which is how
    Parquet and JSON write an empty cell.

    Args:
        column: Its name.
        separator: Between two labels; None for a JSON list.
        names: By id, where the list is one of ids.
    """

    def __init__(self, column: str, *, separator: str | None, names: Sequence[str] | None = None) -> None:
        self._column, self._separator = column, separator
        self._by_id = {str(place): name for place, name in enumerate(names or ())}
        self._ids = {name: number for number, name in self._by_id.items()}

    @property
    def columns(self) -> tuple[str, ...]:
        """One."""
        return (self._column,)

    def check(self, cells: Mapping[str, object]) -> LabelSet | Refusal:
        """See `LabelCells`."""
        written = self._listed(cells[self._column])
        if isinstance(written, Refusal):
            return written
        found = []
        for part in written:
            name = check_name(self._column, part)
            if isinstance(name, Refusal) and name.reason == "missing label":
                return Refusal("empty label", f"{self._column} lists a label that is empty: {_shown(written)}")
            if self._by_id and not isinstance(name, Refusal):
                name = self._name_of(name)
            if isinstance(name, Refusal):
                return name
            found.append(name)
        return each_once(self._column, found)

    def _listed(self, cell: object) -> Sequence[object] | Refusal:
        """The labels as they are written."""
        if cell is None or (isinstance(cell, float | Decimal) and math.isnan(cell)):
            return ()
        if isinstance(cell, dict) and list(cell) == [CHOICES]:
            cell = cell[CHOICES]
        if isinstance(cell, list):
            return self._plain(cell)
        if isinstance(cell, str | bytes):
            if not cell.strip():
                return ()
            text = check_text(self._column, cell)
            if isinstance(text, Refusal):
                return text
            if self._separator is None:
                return self._parsed(text.decode())
            return self._parts(text.decode())
        name = check_name(self._column, cell)
        return name if isinstance(name, Refusal) else (name,)

    def _parts(self, text: str) -> Sequence[object] | Refusal:
        if text.lstrip().startswith("{") and CHOICES in text and (found := parsed_list(text)) is not None:
            return self._plain(found)
        return separated(text, self._separator or "")

    def _parsed(self, text: str) -> Sequence[object] | Refusal:
        found = parsed_list(text)
        if found is None:
            return Refusal("not a JSON list", f"{self._column} is {_shown(text)}, not a JSON list")
        return self._plain(found)

    def _plain(self, found: list[object]) -> Sequence[object] | Refusal:
        if any(part is None or isinstance(part, list | dict) for part in found):
            return Refusal("not a list of labels", f"{self._column} is {_shown(found)}, not a list of names or numbers")
        return found

    def _name_of(self, number: str) -> str | Refusal:
        if number in self._by_id:
            return self._by_id[number]
        meant = f"; the id of {number!r} is {self._ids[number]}" if number in self._ids else ""
        message = f"{self._column} has the id {_shown(number)}, but ids are 0 to {len(self._by_id) - 1}{meant}"
        return Refusal("unknown id", message)


class FlagColumns:
    """A column of 0 and 1, or of no and yes, for each label.

    Args:
        names: Of the columns, which are those of the labels.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)

    @property
    def columns(self) -> tuple[str, ...]:
        """All of them."""
        return self._names

    def check(self, cells: Mapping[str, object]) -> LabelSet | Refusal:
        """See `LabelCells`."""
        found = []
        for column in self._names:
            flag = check_name(column, cells[column])
            if isinstance(flag, Refusal):
                return (
                    Refusal("missing label", flag.message)
                    if flag.reason == "missing label"
                    else _neither(column, cells)
                )
            if flag.lower() not in (*_YES, *_NO):
                return _neither(column, cells)
            if flag.lower() in _YES:
                found.append(label_name(column))
        return tuple(sorted(found))


def separated(text: str, separator: str) -> list[str]:
    """The parts of a text, without one behind a separator at its end."""
    parts = [part.strip() for part in text.split(None if separator == " " else separator)]
    return parts[:-1] if len(parts) > 1 and not parts[-1] else parts


def each_once(column: str, names: Sequence[str]) -> LabelSet | Refusal:
    """The names as a set, or which of them is there twice."""
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        return Refusal("label twice", f"{column} has {', '.join(map(repr, twice))} twice")
    return tuple(sorted(names))


def _neither(column: str, cells: Mapping[str, object]) -> Refusal:
    value = cells[column]
    shown = value.decode(errors="replace") if isinstance(value, bytes) else value
    return Refusal("neither 0 nor 1", f"{column} is {_shown(shown)}, neither 0 nor 1")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
