"""Lines to records: fields between delimiters, quoted or not, and the next whole record after a broken one."""

import csv
import functools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from bert_tf.data.lines import Line, NumberedLines
from bert_tf.data.rows import BadRow
from bert_tf.plurals import counted

LONGEST_TAIL = 1_000  # lines of a broken record that are looked through for its end
# Each line of a record is kept by itself: it may have one for so many of the bytes that it may have.
_BYTES_OF_A_LINE, ALWAYS_ALLOWED = 64, 100_000
_BACKSLASHES = r"\\"
# What the csv module says, and what it means to the reader of a file.
IS_OPEN = "unexpected end of data"
_EXPLANATIONS = {
    IS_OPEN: "a quote that opens here is never closed",
    "expected after": "text follows a closing quote; double a quote inside a quoted field",
    "new-line character": "a carriage return outside quotes",
}


@dataclass(frozen=True)
class Quoting:
    """How fields are enclosed.

    Attributes:
        mark: The character; None where quotes are letters.
        is_escaped: Whether a mark inside a field has a backslash before it, and is not written twice.
        follows_spaces: Whether spaces before a field, and its mark, are no part of it.
    """

    mark: str | None = '"'
    is_escaped: bool = False
    follows_spaces: bool = False

    def dialect(self, delimiter: str) -> Any:
        """The csv module's. To be made once: a reader of so many settings takes longer than a record."""
        spaces = self.follows_spaces
        return csv.reader((), delimiter=delimiter, quotechar=self.mark, skipinitialspace=spaces, strict=True).dialect

    def unescaped(self, text: str) -> str:
        """A text whose marks are written as the dialect has them."""
        if not self.is_escaped:
            return text
        # Backslashes that are escaped themselves escape no mark.
        return _BACKSLASHES.join(
            part.replace(f"\\{self.mark}", f"{self.mark}{self.mark}") for part in text.split(_BACKSLASHES)
        )


RFC_4180 = Quoting()


class Record(NamedTuple):
    """The fields of one row, with the number of its first line and how many it takes."""

    number: int
    fields: list[str]
    lines: int = 1


class RecordReader:
    """Reads record after record.

    Args:
        lines: Physical lines.
        pass_over_blank: Passes over the blank ones among those that come next, where there may be millions.
        delimiter: One character.
        quoting: How fields are enclosed.
        limit: Bytes of the longest record.

    Attributes:
        width: Fields that a record should have, once it is known: by it a whole record is told from the tail of a
            broken one.
    """

    def __init__(
        self,
        lines: Iterable[Line],
        *,
        delimiter: str,
        quoting: Quoting,
        limit: int,
        pass_over_blank: Callable[[], None] | None = None,
    ) -> None:
        self._lines, self._delimiter, self._limit = iter(lines), delimiter, limit
        self._pass_over_blank = pass_over_blank
        self._quoting, self._mark, self._dialect = quoting, quoting.mark, quoting.dialect(delimiter)
        self._waiting: deque[Line] = deque()
        # Up to where lines were looked at for their first quote, and the last that was found, with what it does.
        self._looked_to, self._found = 0, (0, False)
        self.width: int | None = None
        # A limit of the csv module's own, for all of the process, and lower than that of a row; it is only raised.
        csv.field_size_limit(max(csv.field_size_limit(), limit))

    @property
    def waiting(self) -> int:
        """How many lines it has looked at and not read."""
        return len(self._waiting)

    def gives_back(self, lines: NumberedLines) -> bool:
        """Give the lines that are waiting back to those that it reads; False, and nothing is given, where it can't."""
        if self._waiting and not lines.take_back(len(self._waiting)):
            return False
        self._waiting.clear()
        return True

    def __iter__(self) -> Iterator[Record | BadRow]:
        waiting, mark, has_spaces = self._waiting, self._mark, self._quoting.follows_spaces
        pass_over_blank = self._pass_over_blank
        while (line := waiting.popleft() if waiting else next(self._lines, None)) is not None:
            number, text, _, damage = line
            plain = text.rstrip("\r\n")
            if not plain and damage is None:
                if pass_over_blank is not None and not waiting:
                    pass_over_blank()
                continue
            # Nearly all lines of most files; there may be millions of them.
            if damage is None and not has_spaces and (mark is None or (mark not in plain and "\r" not in plain)):
                yield Record(number, plain.split(self._delimiter))
            else:
                yield self._read(line)

    def _next(self) -> Line | None:
        return self._waiting.popleft() if self._waiting else next(self._lines, None)

    def _read(self, first: Line) -> Record | BadRow:
        if self._mark is None or self._mark not in first.text:
            plain = first.text.rstrip("\r\n")
            if first.damage is not None:
                return first.damage
            if self._mark is not None and "\r" in plain:
                return BadRow(first.number, "broken row", _EXPLANATIONS["new-line character"])
            return Record(first.number, self._split(plain))
        return self._in_one_line(first) or self._in_lines([first])

    def _in_one_line(self, line: Line) -> Record | BadRow | None:
        """The record where it ends with its first line, whole or broken, as nearly all do."""
        if line.damage is not None or self._quoting.is_escaped or line.size > self._limit:
            return None
        try:
            return Record(line.number, next(csv.reader((line.text,), self._dialect)))
        except csv.Error as error:
            # The csv module's words for a line that may be whole with the next one.
            return None if IS_OPEN in str(error) else self._broken([line], explained(str(error)))

    def _in_lines(self, taken: list[Line]) -> Record | BadRow:
        """The record that begins with a line, to which those are added that it takes."""
        first = taken[0]
        try:
            fields = next(csv.reader(self._supply(taken), self._dialect))
        except csv.Error as error:
            return self._broken(taken, explained(str(error)))
        damage = next((line.damage for line in taken if line.damage is not None), None)
        if damage is not None:
            message = damage.message.replace("this line", f"line {damage.number}")
            told = damage if damage.number == first.number else damage._replace(number=first.number, message=message)
            return told._replace(lines=len(taken))
        if len(taken) > 1 and self.width is not None and len(fields) != self.width:
            return self._broken(taken, number_of_fields(len(fields), self.width))
        return Record(first.number, fields, len(taken))

    def _split(self, plain: str) -> list[str]:
        fields = plain.split(self._delimiter)
        return [field.lstrip(" ") for field in fields] if self._quoting.follows_spaces else fields

    def _supply(self, taken: list[Line]) -> Iterator[str]:
        """The texts of a record's lines, as many as are asked for."""
        size, most = 0, max(self._limit // _BYTES_OF_A_LINE, ALWAYS_ALLOWED)
        while True:
            line = taken[-1]
            size += line.size
            if size > self._limit or (line.damage is not None and line.damage.reason == "long row"):
                raise csv.Error(f"longer than {self._limit:,} bytes (data.max_row_bytes); is a quote never closed?")
            if len(taken) > most:
                raise csv.Error(f"longer than {most:,} lines (data.max_row_bytes); is a quote never closed?")
            yield self._quoting.unescaped(line.text)
            following = self._next()
            if following is None:
                return
            taken.append(following)

    def _broken(self, taken: list[Line], reason: str) -> BadRow:
        """Drop a record from its first line to its last, and go on behind it."""
        first = taken[0]
        self._waiting.extendleft(reversed(taken[1:]))
        return broken(first.number, reason, lines=1 + self._drop_tail(first))

    def _drop_tail(self, first: Line) -> int:
        """Drop the lines that still belong to a record; how many they were.

        The record goes on to a line whose first quote closes a field. A line whose first quote opens one begins a
        record; and before it, lines of the wrong number of fields are none.
        """
        is_open = first.text.count(self._mark or "") % 2 == 1
        number, closes = self._first_quote(first.number, most=LONGEST_TAIL if is_open else 1)
        if closes:
            dropped = number - first.number
        elif is_open:
            dropped = self._lines_before_whole_one()
        else:
            dropped = 0
        for _ in range(dropped):
            self._next()
        return dropped

    def _first_quote(self, after: int, *, most: int) -> tuple[int, bool]:
        """The number of the first of so many lines whose first quote opens or closes a field, and whether it closes.

        Each line is looked at once, however many records before it are broken.
        """
        if self._found[0] <= after:
            for number in range(max(self._looked_to, after) + 1, after + most + 1):
                line = self._ahead(number - after)
                if line is None:
                    break
                self._looked_to = number
                if (closes := self._closes(line)) is not None:
                    self._found = (number, closes)
                    break
        number, closes = self._found
        return self._found if after < number <= after + most else (0, False)

    def _closes(self, line: Line) -> bool | None:
        """Whether the first quote of a line closes a field, or opens one; None where it does neither."""
        place = line.text.find(self._mark or "")
        if place < 0:
            return None
        before = line.text[:place].rstrip(" ") if self._quoting.follows_spaces else line.text[:place]
        if not before or before[-1] == self._delimiter:
            return False
        return True if line.text[place + 1 :].lstrip("\r\n")[:1] in ("", self._delimiter) else None

    def _lines_before_whole_one(self) -> int:
        for count in range(LONGEST_TAIL):
            line = self._ahead(count + 1)
            if line is None or self._is_whole(line):
                return count
        return LONGEST_TAIL

    def _ahead(self, count: int) -> Line | None:
        """The line that is so many lines ahead, from 1; None past the end."""
        while len(self._waiting) < count:
            line = next(self._lines, None)
            if line is None:
                return None
            self._waiting.append(line)
        return self._waiting[count - 1]

    def _is_whole(self, line: Line) -> bool:
        if self._mark is not None and self._mark in line.text:
            return True
        return self.width is None or line.text.rstrip("\r\n").count(self._delimiter) == self.width - 1


def broken(number: int, reason: str, *, lines: int) -> BadRow:
    """A record that is dropped from its first line to its last."""
    dropped = f"; lines {number:,} to {number + lines - 1:,} are dropped" if lines > 1 else ""
    return BadRow(number, "broken row", f"{reason}{dropped}", lines)


def number_of_fields(count: int, width: int) -> str:
    """Why a record with another number of fields makes no row."""
    return f"{counted(count, 'field')} instead of {width}"


@functools.cache
def explained(error: str) -> str:
    """What the csv module says of a record, in words for a file's reader."""
    return next((said for words, said in _EXPLANATIONS.items() if words in error), error)
