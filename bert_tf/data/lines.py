"""The physical lines of a text file, numbered, decoded one by one, none longer than a row may be."""

import io
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from bert_tf.data.rows import BadRow

BYTE_ORDER_MARK = "\ufeff"
_PART = 1 << 20


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


def numbered_lines(stream: io.BufferedReader, *, limit: int, encoding: str | None = None) -> Iterator[Line]:
    """Each line up to a line feed.

    Args:
        stream: UTF-8, with or without a byte order mark; what is none is told.
        limit: Bytes of the longest line; of a longer one nothing is kept.
        encoding: What the file was in before, for messages.
    """
    for number in count(1):
        content = stream.readline(limit + 1)
        if not content:
            return
        if len(content) > limit and not content.endswith(b"\n"):
            size = len(content) + _pass_over(stream)
            yield Line(number, "", size, _too_long(number, limit))
            continue
        try:
            text, damage = content.decode(), None
        except UnicodeDecodeError as error:
            text, damage = (
                content.decode(errors="replace"),
                _not_decodable(number, content[error.start], error, encoding),
            )
        yield Line(number, text.removeprefix(BYTE_ORDER_MARK) if number == 1 else text, len(content), damage)


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
