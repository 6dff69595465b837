"""The physical lines of a text file, numbered: one by one, or many at once where they are plain."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from bert_tf.data.rows import BadRow

BYTE_ORDER_MARK = "\ufeff"
_CHUNK = 1 << 18
_PART = 1 << 20
_LINE_FEED, _RETURN = b"\n\r"
_BLANK = frozenset((b"\n", b"\r\n", "\n", "\r\n"))


class Line(NamedTuple):
    """One physical line.

    Attributes:
        number: From 1.
        text: With its end; what could not be decoded is replaced, so that quotes keep their place.
        size: Bytes in UTF-8.
        damage: Why it makes no row, if so.
    """

    number: int
    text: str
    size: int
    damage: BadRow | None = None


@dataclass(frozen=True, eq=False)
class PlainLines:
    """Lines of UTF-8 that follow each other, none of which is too long.

    Attributes:
        number: Of the first one.
        content: uint8, the bytes of these lines and others.
        starts: int64[n], where in `content` each begins.
        stops: int64[n], where each ends, its end included.
        ends: int64[n], where each ends, without a line feed or a carriage return and a line feed.
    """

    number: int
    content: np.ndarray
    starts: np.ndarray
    stops: np.ndarray
    ends: np.ndarray

    def __len__(self) -> int:
        return len(self.starts)

    def first(self, count: int) -> "PlainLines":
        """The first ones, so many at most."""
        return PlainLines(self.number, self.content, self.starts[:count], self.stops[:count], self.ends[:count])

    @property
    def text(self) -> str:
        """All of them, with their ends."""
        return self.content[self.starts[0] : self.stops[-1]].tobytes().decode()


class NumberedLines(Iterator[Line]):
    """Each line up to a line feed.

    Args:
        stream: UTF-8, with or without a byte order mark; what is none is told.
        limit: Bytes of the longest line; of a longer one nothing is kept.
        encoding: What the file was in before, for messages.
    """

    def __init__(self, stream: io.BufferedReader, *, limit: int, encoding: str | None = None) -> None:
        self._stream, self._limit, self._encoding = stream, limit, encoding
        self._content, self._passed_over = b"", 0
        # Of the chunk: number of its first line, how many were taken, and these themselves once they are needed.
        self._first, self._taken, self._count = 1, 0, 0
        self._texts: list[bytes] | None = None
        self._found: dict[int | None, _Found] = {}

    def __next__(self) -> Line:
        if self._taken == self._count and not self._fill():
            raise StopIteration
        if self._texts is None:
            self._texts = io.BytesIO(self._content).readlines()
        place = self._taken
        self._taken += 1
        return self._line(self._first + place, self._texts[place], is_last=self._taken == self._count)

    @property
    def number(self) -> int:
        """Of the next line, if there is one."""
        return self._first + self._taken

    def plain(self, *, mark: int | None, least: int) -> PlainLines | None:
        """The next lines up to one that is not plain; None where these are fewer than `least`. Then `pass_over` them.

        A line is not plain where it has the byte `mark`, or a carriage return that doesn't belong to its end.
        """
        if self._taken == self._count and not self._fill():
            return None
        found = self._found.get(mark)
        if found is None:
            found = _Found.of(self._content, mark=mark, limit=self._limit, is_first=self._first == 1)
            self._found[mark] = found
        start = self._taken
        stop = found.next_doubtful(start)
        if stop - start < least:
            return None
        ends, stops = found.ends[start:stop], found.stops[start:stop]
        return PlainLines(self._first + start, found.content, found.starts[start:stop], stops, ends)

    def pass_over(self, count: int) -> None:
        """Take the first of the lines that `plain` has given."""
        self._taken += count

    def pass_over_blank(self) -> None:
        """Take the lines at hand, up to the first that has more than its end."""
        texts, place = self._texts or (), self._taken
        while place < len(texts) and texts[place] in _BLANK:
            place += 1
        self._taken = place

    def take_back(self, count: int) -> bool:
        """Give the last lines that were taken once more; False where they aren't at hand any longer."""
        if count > self._taken:
            return False
        self._taken -= count
        return True

    def _line(self, number: int, content: bytes, *, is_last: bool) -> Line:
        if len(content) > self._limit and not (len(content) == self._limit + 1 and content.endswith(b"\n")):
            return Line(number, "", len(content) + is_last * self._passed_over, _too_long(number, self._limit))
        try:
            text, damage = content.decode(), None
        except UnicodeDecodeError as error:
            text = content.decode(errors="replace")
            damage = _not_decodable(number, content[error.start], error, self._encoding)
        return Line(number, text.removeprefix(BYTE_ORDER_MARK) if number == 1 else text, len(content), damage)

    def _fill(self) -> bool:
        """Read on, to the end of a line."""
        content = self._stream.read(_CHUNK)
        if not content:
            return False
        begun = len(content) - content.rfind(b"\n") - 1
        if begun and begun <= self._limit:
            rest = self._stream.readline(self._limit + 1 - begun)
            content += rest
            begun = 0 if rest.endswith(b"\n") else begun + len(rest)
        self._passed_over = _pass_over(self._stream) if begun > self._limit else 0
        self._first += self._count
        self._content, self._texts, self._found, self._taken = content, None, {}, 0
        self._count = content.count(b"\n") + (not content.endswith(b"\n"))
        return True


class TextLines(Iterator[Line]):
    """The lines of a text, as a file would give them."""

    def __init__(self, text: str) -> None:
        self._texts, self._taken = io.StringIO(text, newline="\n").readlines(), 0

    def __next__(self) -> Line:
        if self._taken == len(self._texts):
            raise StopIteration
        text = self._texts[self._taken]
        self._taken += 1
        return Line(self._taken, text, len(text))

    def pass_over_blank(self) -> None:
        """As of `NumberedLines`."""
        while self._taken < len(self._texts) and self._texts[self._taken] in _BLANK:
            self._taken += 1


@dataclass(frozen=True, eq=False)
class _Found:
    """Where the lines of a chunk are, and which of them are not plain."""

    content: np.ndarray
    starts: np.ndarray
    stops: np.ndarray
    ends: np.ndarray
    doubtful: np.ndarray

    @classmethod
    def of(cls, content: bytes, *, mark: int | None, limit: int, is_first: bool) -> "_Found":
        found = np.frombuffer(content, np.uint8)
        feeds = np.flatnonzero(found == _LINE_FEED)
        stops = feeds + 1 if content.endswith(b"\n") else np.append(feeds + 1, len(found))
        starts = np.append(0, stops[:-1])
        ends = stops - (found[stops - 1] == _LINE_FEED)
        is_doubtful = ends - starts > limit
        returns = np.flatnonzero(found == _RETURN)
        follows = np.append(found, 0)[returns + 1] == _LINE_FEED
        of_ends = np.searchsorted(stops, returns[follows], side="right")
        ends[of_ends] -= 1
        odd = returns[~follows] if mark is None else np.append(returns[~follows], np.flatnonzero(found == mark))
        is_doubtful[np.searchsorted(stops, odd, side="right")] = True
        # What may be a byte order mark.
        is_doubtful[0] |= is_first
        is_doubtful[_undecodable(content, found, starts, stops)] = True
        return cls(found, starts, stops, ends, np.append(np.flatnonzero(is_doubtful), len(starts)))

    def next_doubtful(self, place: int) -> int:
        return int(self.doubtful[np.searchsorted(self.doubtful, place)])


def _undecodable(content: bytes, found: np.ndarray, starts: np.ndarray, stops: np.ndarray) -> list[int]:
    """The lines that are not UTF-8."""
    try:
        content.decode()
    except UnicodeDecodeError:
        pass
    else:
        return []
    candidates = np.unique(np.searchsorted(stops, np.flatnonzero(found >= 0x80), side="right"))
    lines = zip(candidates.tolist(), starts[candidates].tolist(), stops[candidates].tolist(), strict=True)
    return [place for place, start, stop in lines if not _is_utf8(content[start:stop])]


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def slices(content: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> pa.Array:
    """Parts of bytes, as `pa.binary()`.

    Args:
        content: uint8.
        starts: int64[n], where each part begins.
        ends: int64[n], where it ends.
    """
    offsets = np.append(0, np.cumsum(ends - starts))
    places = np.repeat(starts - offsets[:-1], ends - starts) + np.arange(offsets[-1])
    buffers = [None, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(content[places])]
    return pa.Array.from_buffers(pa.binary(), len(starts), buffers)


def _pass_over(stream: io.BufferedReader) -> int:
    """Read to the end of the line; bytes that were left of it."""
    size = 0
    while part := stream.readline(_PART):
        size += len(part)
        if part.endswith(b"\n"):
            break
    return size


def _too_long(number: int, limit: int) -> BadRow:
    return BadRow(number, "long row", f"longer than {limit:,} bytes; data.max_row_bytes allows more")


def _not_decodable(number: int, byte: int, error: UnicodeDecodeError, encoding: str | None) -> BadRow:
    if encoding is not None:
        return BadRow(number, "bad encoding", f"not {encoding}: this line has the byte 0x{byte:02x}")
    return BadRow(number, "bad UTF-8", f"not UTF-8: byte {error.start + 1} of this line is 0x{byte:02x}")
