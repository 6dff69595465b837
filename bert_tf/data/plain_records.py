"""The records of many plain lines at once, the broken ones among them too, as `RecordReader` reads them one by one."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from bert_tf.data.lines import PlainLines
from bert_tf.data.records import (
    ALWAYS_ALLOWED,
    IS_OPEN,
    LONGEST_TAIL,
    Quoting,
    Record,
    broken,
    explained,
    number_of_fields,
)

_MOST_LINES = 1024  # that are tried at once


@dataclass
class PlainRecords:
    """What some lines begin with.

    Attributes:
        whole: Records.
        numbers: First lines of broken ones.
        lines: How many are dropped with each of these.
        messages: What is wrong with each.
        taken: Lines that all of them take, with the blank ones between them.
        ends_behind: Whether the next record is broken, and where it ends can't be told by these lines.
    """

    whole: list[Record] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    taken: int = 0
    ends_behind: bool = False

    def add_broken(self, number: int, reason: str, *, lines: int) -> None:
        """One that is dropped with all of its lines."""
        self.numbers.append(number)
        self.lines.append(lines)
        self.messages.append(reason if lines == 1 else broken(number, reason, lines=lines).message)


class PlainReader:
    """Reads them.

    Args:
        delimiter: One character of ASCII.
        quoting: How fields are enclosed, by a mark.
        width: Fields that a record should have.
        limit: Bytes of the longest record.
    """

    def __init__(self, *, delimiter: str, quoting: Quoting, width: int, limit: int) -> None:
        self._delimiter, self._quoting, self._width, self._limit = delimiter, quoting, width, limit
        self._dialect = quoting.dialect(delimiter)

    def read(self, lines: PlainLines) -> PlainRecords:
        """The records of the first lines, up to one that goes on behind them or may be too long.

        Args:
            lines: The first of them begins a record.
        """
        near, found = lines.first(_MOST_LINES + LONGEST_TAIL), PlainRecords()
        texts = _Texts(io.StringIO(self._quoting.unescaped(near.text), newline="\n").readlines())
        starts, stops, start = near.starts.tolist(), near.stops.tolist(), 0
        tails = _Tails(near, delimiter=self._delimiter, quoting=self._quoting, width=self._width)
        reader = csv.reader(texts, self._dialect)
        while start < _MOST_LINES:
            try:
                fields, reason = next(reader, None), ""
            except csv.Error as error:
                fields, reason = [], str(error)
            end = texts.place
            if fields is None or IS_OPEN in reason:
                break
            if stops[end - 1] - starts[start] > self._limit or end - start > ALWAYS_ALLOWED:
                break
            if not reason and (end == start + 1 or len(fields) == self._width):
                if fields:
                    found.whole.append(Record(near.number + start, fields, end - start))
                start = end
                continue
            behind = tails.lines_behind(start)
            if behind is None:
                found.ends_behind = True
                break
            said = explained(reason) if reason else number_of_fields(len(fields), self._width)
            found.add_broken(near.number + start, said, lines=1 + behind)
            start += 1 + behind
            # To make another reader for each broken record takes longer than to read it.
            texts.place = start
        found.taken = start
        return found


class _Texts(Iterator[str]):
    """The texts of lines, in order, from the place that is set."""

    def __init__(self, texts: list[str]) -> None:
        self._texts, self.place = texts, 0

    def __next__(self) -> str:
        if self.place >= len(self._texts):
            raise StopIteration
        self.place += 1
        return self._texts[self.place - 1]


class _Tails:
    """How many lines are dropped behind the first one of a broken record, as `RecordReader` drops them.

    Args:
        lines: In which it stands.
        delimiter, quoting, width: As of `PlainReader`.
    """

    def __init__(self, lines: PlainLines, *, delimiter: str, quoting: Quoting, width: int) -> None:
        self._lines, self._delimiter, self._quoting, self._width = lines, ord(delimiter), quoting, width
        self._count = len(lines)

    def lines_behind(self, place: int) -> int | None:
        """Of the record that begins with a line; None where that depends on what follows these lines."""
        is_open = self._is_open[place]
        most, quote = LONGEST_TAIL if is_open else 1, self._next_quote[place]
        if quote <= min(place + most, self._count - 1):
            if self._closes[quote]:
                return quote - place
        elif place + most >= self._count:
            return None
        if not is_open:
            return 0
        whole = self._next_whole[place]
        if whole == self._count and place + LONGEST_TAIL >= self._count:
            return None
        return min(whole - place - 1, LONGEST_TAIL)

    @cached_property
    def _content(self) -> np.ndarray:
        # What stands behind the last mark is looked at as well.
        return np.append(self._lines.content[: self._lines.stops[-1]], 0)

    @cached_property
    def _marks(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Places of all marks; of each line, which is its first, and how many there are."""
        marks = self._places_of(ord(self._quoting.mark or ""))
        first = np.searchsorted(marks, self._lines.starts)
        return marks, first, np.searchsorted(marks, self._lines.ends) - first

    @cached_property
    def _is_open(self) -> list[bool]:
        return [bool(count % 2) for count in self._marks[2].tolist()]

    @cached_property
    def _first_quotes(self) -> tuple[np.ndarray, np.ndarray]:
        """Of each line, whether its first mark opens a field, and whether it closes one."""
        marks, first, counts = self._marks
        opens, closes = np.zeros(self._count, bool), np.zeros(self._count, bool)
        rows = np.flatnonzero(counts)
        places, content = marks[first[rows]], self._content
        before = places - 1
        if self._quoting.follows_spaces:
            last = np.where(content != ord(" "), np.arange(len(content)), -1)
            before = np.append(-1, np.maximum.accumulate(last))[places]
        opens[rows] = (before < self._lines.starts[rows]) | (content[before] == self._delimiter)
        closes[rows] = (places + 1 == self._lines.ends[rows]) | (content[places + 1] == self._delimiter)
        return opens, closes & ~opens

    @cached_property
    def _closes(self) -> list[bool]:
        return list(map(bool, self._first_quotes[1].tolist()))

    @cached_property
    def _next_quote(self) -> list[int]:
        return _next(self._first_quotes[0] | self._first_quotes[1])

    @cached_property
    def _next_whole(self) -> list[int]:
        delimiters = self._places_of(self._delimiter)
        counts = np.searchsorted(delimiters, self._lines.ends) - np.searchsorted(delimiters, self._lines.starts)
        return _next((self._marks[2] > 0) | (counts == self._width - 1))

    def _places_of(self, byte: int) -> np.ndarray:
        begin = int(self._lines.starts[0])
        return np.flatnonzero(self._content[begin:] == byte) + begin


def _next(is_one: np.ndarray) -> list[int]:
    """Of each place, the next that is one; the number of places where there is none."""
    places = np.where(is_one, np.arange(len(is_one)), len(is_one))
    following = np.minimum.accumulate(places[::-1])[::-1]
    return [*following[1:].tolist(), len(is_one)]
