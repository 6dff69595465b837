"""Events from a stream of JSON lines, in blocks of what has arrived."""

import io
import queue
import threading
import time
from collections.abc import Iterator
from typing import Protocol

from bert_tf.data.file_format import AS_FOUND
from bert_tf.data.jsonl import parse_line
from bert_tf.data.lines import NumberedLines
from bert_tf.data.rows import BadRow
from bert_tf.errors import DataError
from bert_tf.monitoring.event_files import MOST_ROWS
from bert_tf.monitoring.event_times import EventTimes
from bert_tf.monitoring.events import EventBlock, EventColumns

NAME = "standard input"
_CHUNK = 1 << 20
_CHUNKS_WAITING = 8
_FEW = 1024  # events that others are waited for
_WAIT = 0.5  # seconds; how long a few events wait for more


class ByteStream(Protocol):
    """Bytes, of which one can take what is there."""

    def read1(self, size: int = -1, /) -> bytes:
        """So many bytes at most, as soon as there are any; none at the end."""


class EventStream:
    """Reads a stream in a thread of its own.

    Args:
        stream: JSON lines in UTF-8.
        columns: What an event is made of.
        times: Reads when it was.
        limit: Bytes of the longest line; a longer one is a bad row.
    """

    def __init__(
        self,
        stream: ByteStream,
        columns: EventColumns,
        times: EventTimes,
        *,
        limit: int = AS_FOUND.max_row_bytes,
    ) -> None:
        self._stream, self._columns, self._times, self._limit = stream, columns, times, limit
        self._chunks: queue.Queue[bytes] = queue.Queue(_CHUNKS_WAITING)
        self._rest, self._lines, self._too_long, self._is_over = b"", 0, False, False
        self._failure: OSError | ValueError | None = None
        threading.Thread(target=self._read, daemon=True).start()

    def blocks(self, *, idle: float) -> Iterator[EventBlock]:
        """The events as they arrive, until the stream ends; after so many idle seconds an empty block.

        Raises:
            DataError: behind what had arrived, when the stream can't be read any more.
        """
        while not self._is_over:
            block = EventBlock(NAME, tuple(self._columns.named()), self._lines, self._lines)
            until = time.monotonic() + idle
            while not self._is_over and len(block.texts) < MOST_ROWS:
                try:
                    chunk = self._chunks.get(timeout=max(until - time.monotonic(), 0))
                except queue.Empty:
                    break
                self._take(chunk, block)
                until = min(until, time.monotonic() + (_WAIT if len(block.texts) < _FEW else 0))
            yield block
        if self._failure is not None:
            raise DataError(
                f"The stream can't be read any more: {getattr(self._failure, 'strerror', None) or self._failure}.",
                where=NAME,
                hint="run the same command again; what was counted is kept",
            ) from self._failure

    def _read(self) -> None:
        try:
            while chunk := self._stream.read1(_CHUNK):
                self._chunks.put(chunk)
        except (OSError, ValueError) as failure:  # ValueError: it was closed meanwhile
            self._failure = failure
        finally:
            self._chunks.put(b"")

    def _take(self, chunk: bytes, block: EventBlock) -> None:
        """Add the events of the lines that are whole; an empty chunk is the stream's end."""
        self._is_over = not chunk
        whole, ends, rest = (self._rest + (chunk or b"\n")).rpartition(b"\n")
        self._rest = rest
        if ends:
            self._add(whole + ends, block)
        if len(self._rest) > self._limit:
            self._rest, self._too_long = b"", True

    def _add(self, lines: bytes, block: EventBlock) -> None:
        before = self._lines
        if self._too_long:
            # The beginning of this line has gone.
            self._too_long = False
            _, _, lines = lines.partition(b"\n")
            before += 1
            block.add(BadRow(before, "long row", f"longer than {self._limit:,} bytes"), self._columns, self._times)
        self._lines = before
        for line in NumberedLines(io.BufferedReader(io.BytesIO(lines)), limit=self._limit):
            self._lines = before + line.number
            if line.damage is not None or line.text.strip():
                row = parse_line(line)
                block.add(row._replace(number=self._lines), self._columns, self._times)
        block.last = self._lines
