"""What the owner of a file should know of how it was read, the same words wherever it is read."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bert_tf.data.row_blocks import RowBlock
from bert_tf.data.rows import BadRow, Header, Item, Remark, Row
from bert_tf.plurals import counted


@dataclass
class _Long:
    """Rows of one file that take several lines."""

    rows: int = 0
    longest: int = 0
    place: str = ""


@dataclass
class Remarks:
    """Collects them from the items of readers, file by file."""

    _name: str = ""
    _said: dict[str, None] = field(default_factory=dict)
    _long: dict[str, _Long] = field(default_factory=dict)
    _lost: Counter[str] = field(default_factory=Counter)

    def heed(self, item: Item | RowBlock) -> None:
        """Take note of what an item says of its file."""
        match item:
            case RowBlock():
                self._heed_block(item)
            case Header():
                self._name = item.name
            case Remark():
                self._said[f"{self._name}: {item.message}"] = None
            # A sentence of words takes as many lines as it has, and its cells are lists.
            case Row() if item.lines > 1 and not any(isinstance(cell, list) for cell in item.values.values()):
                self._add_long(1, item.lines, item.number)
            case BadRow() if item.lines > 1:
                self._lost[self._name] += item.lines

    def _heed_block(self, block: RowBlock) -> None:
        rows = np.flatnonzero(block.lines > 1)
        is_bad = block.bad.codes[rows] >= 0
        if is_bad.any():
            self._lost[self._name] += int(block.lines[rows[is_bad]].sum())
        long = rows[~is_bad]
        for values, codes in block.cells.values():
            are_lists = np.array([isinstance(value, list) for value in values] if len(long) else [], bool)
            if are_lists.any():
                # The last one is for a row without a cell.
                long = long[~np.append(are_lists, False)[codes[long]]]
        if len(long):
            longest = long[np.argmax(block.lines[long])]
            self._add_long(len(long), int(block.lines[longest]), int(block.numbers[longest]))

    def _add_long(self, rows: int, lines: int, number: int) -> None:
        """Count rows, of which the first of the longest takes so many lines, and has that number."""
        long = self._long.setdefault(self._name, _Long())
        long.rows += rows
        if lines > long.longest:
            long.longest, long.place = lines, f"{self._name}:{number}"

    def as_json(self) -> dict[str, Any]:
        """All that was said, for `join`."""
        long = {name: [found.rows, found.longest, found.place] for name, found in self._long.items()}
        return {"said": list(self._said), "long": long, "lost": dict(self._lost)}

    def join(self, others: Mapping[str, Any]) -> None:
        """Add what was said of later rows."""
        self._said.update(dict.fromkeys(others["said"]))
        self._lost.update(others["lost"])
        for name, (rows, longest, place) in others["long"].items():
            long = self._long.setdefault(name, _Long())
            long.rows += rows
            if longest > long.longest:
                long.longest, long.place = longest, place

    @property
    def messages(self) -> list[str]:
        """A sentence each, with its file."""
        lost = [f"{name}: {counted(lines, 'line')} dropped with broken rows" for name, lines in self._lost.items()]
        return [*self._said, *map(_told, self._long.items()), *lost]


def _told(entry: tuple[str, _Long]) -> str:
    name, long = entry
    if long.rows == 1:
        rows = f"1 row spans {long.longest:,} lines, at {long.place}"
    else:
        rows = f"{long.rows:,} rows span several lines, the longest {long.longest:,} at {long.place}"
    return (
        f'{name}: {rows}; if quotes are ordinary characters there, set data.quote = "none" (score, monitor and index '
        "take --quote none)"
    )
