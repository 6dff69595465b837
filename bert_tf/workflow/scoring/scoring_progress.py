"""How far files have been scored: rows, rate, time left."""

import contextlib
import os
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bert_tf.data.files import COMPRESSION, PARQUET_SUFFIXES, UNREADABLE, suffix_of
from bert_tf.data.locations import Location
from bert_tf.plurals import counted
from bert_tf.workflow.scoring.blocks import Block

_SECONDS_BETWEEN_LINES = 5.0
_CHUNK = 1 << 20


class Follower(Protocol):
    """Is told how far scoring has come."""

    def show(self, block: Block, share: float) -> None:
        """How much of a block is computed, from 0 to 1."""


class Advance:
    """What was computed since the last time that was asked."""

    def __init__(self) -> None:
        self._block: Block | None = None
        self._share = 0.0

    def to(self, block: Block, share: float) -> tuple[float, float]:
        """Rows, and lines of the file, up to this share of a block, which is the same as before or the next one."""
        if block is not self._block:
            self._block, self._share = block, 0.0
        more, self._share = share - self._share, share
        return more * len(block.texts), more * (block.last - block.before)


class ScoringProgress:
    """A bar on a terminal, elsewhere a line every five seconds; without an end where a file is compressed.

    Args:
        console: Where to.
        locations: The files that will be read.
    """

    def __init__(self, console: Console, locations: Sequence[Location]) -> None:
        self._console = console
        counts = [None if console.quiet else _lines(location) for location in locations]
        known = [count for count in counts if count is not None]
        self._total = sum(known) if len(known) == len(counts) else None
        self._started = self._last_line = time.monotonic()
        self._advance = Advance()
        self._rows = self._lines = self._passed = 0.0
        self._task = TaskID(0)
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bar = Progress(
                TextColumn("scoring"),
                BarColumn(),
                TextColumn("{task.fields[figures]}"),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                console=self._console,
            )
            self._task = self._bar.add_task("", total=self._total, figures="")
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def show(self, block: Block, share: float) -> None:
        """See `Follower`."""
        self.add(*self._advance.to(block, share))

    def pass_over(self, lines: int) -> None:
        """Tell of lines, or rows of a Parquet file, that were scored before."""
        self._passed += lines
        self._tell()

    def add(self, rows: float, lines: float) -> None:
        """Tell what was computed since the last time: rows, and the lines of files that these stand in."""
        self._rows += rows
        self._lines += lines
        self._tell()

    def _tell(self) -> None:
        now, rows = time.monotonic(), round(self._rows)
        seconds = now - self._started
        figures = f"{counted(rows, 'row')} · {rows / max(seconds, 1e-9):,.0f} rows/s"
        if self._bar:
            self._bar.update(self._task, completed=self._passed + self._lines, figures=figures)
        elif now - self._last_line > _SECONDS_BETWEEN_LINES:
            self._last_line = now
            # What was passed over says nothing of how fast the rest is.
            left = (self._total - self._passed - self._lines) * seconds / max(self._lines, 1) if self._total else None
            told = "" if left is None else f" · {left:,.0f} s left"
            self._console.print(f"scoring  {figures}{told}", highlight=False, soft_wrap=True)


def _lines(location: Location) -> int | None:
    """Lines of a text file or rows of a Parquet file; None where that takes unpacking, or it can't be read: whoever
    reads its rows tells."""
    with contextlib.suppress(*UNREADABLE):
        return _counted_lines(location)
    return None


def _counted_lines(location: Location) -> int | None:
    if suffix_of(location.path) in PARQUET_SUFFIXES:
        from pyarrow import parquet

        with location.filesystem.open_input_file(location.path) as file:
            return int(parquet.read_metadata(file).num_rows)
    if os.path.splitext(location.path)[1].lower() in COMPRESSION or "://" in location.name:
        return None
    count = 0
    with location.filesystem.open_input_stream(location.path, compression=None) as stream:
        while chunk := stream.read(_CHUNK):
            count += chunk.count(b"\n")
    return count
