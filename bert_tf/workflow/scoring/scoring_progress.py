"""How far a file has been scored: rows, rate, time left."""

import os
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bert_tf.data.files import COMPRESSION, PARQUET_SUFFIXES, suffix_of
from bert_tf.data.locations import Location
from bert_tf.plurals import counted
from bert_tf.workflow.scoring.blocks import Block

_SECONDS_BETWEEN_LINES = 5.0
_CHUNK = 1 << 20


class ScoringProgress:
    """A bar on a terminal, elsewhere a line every five seconds; without an end where a file is compressed.

    Args:
        console: Where to.
        locations: The files that will be read.
    """

    def __init__(self, console: Console, locations: Sequence[Location]) -> None:
        self._console = console
        counts = {location.name: _lines(location) for location in locations}
        known = [count for count in counts.values() if count is not None]
        self._counts = {name: count or 0 for name, count in counts.items()}
        self._total = sum(known) if len(known) == len(counts) else None
        self._started = self._last_line = time.monotonic()
        # Of the blocks before the current one, and lines of the files before its own.
        self._rows, self._line, self._before = 0, 0, 0
        self._block: Block | None = None
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
        """Tell how much of a block is computed, from 0 to 1."""
        if block is not self._block:
            self._begin(block)
        rows = self._rows + round(share * len(block.texts))
        done, now = self._before + self._line + share * (block.last - self._line), time.monotonic()
        rate = rows / max(now - self._started, 1e-9)
        figures = f"{counted(rows, 'row')} · {rate:,.0f} rows/s"
        if self._bar:
            self._bar.update(self._task, completed=done, figures=figures)
        elif now - self._last_line > _SECONDS_BETWEEN_LINES:
            self._last_line = now
            left = (self._total - done) * (now - self._started) / max(done, 1) if self._total else None
            told = "" if left is None else f" · {left:,.0f} s left"
            self._console.print(f"scoring  {figures}{told}", highlight=False, soft_wrap=True)

    def _begin(self, block: Block) -> None:
        last, self._block = self._block, block
        if last is None:
            return
        self._rows += len(last.texts)
        self._line = last.last
        if block.name != last.name:
            self._before += self._counts.get(last.name, 0)
            self._line = 0


def _lines(location: Location) -> int | None:
    """Lines of a text file or rows of a Parquet file; None where that takes unpacking."""
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
