"""Files that another process is still writing: their last row may be half there."""

import time
from collections.abc import Callable
from pathlib import PurePosixPath

from bert_tf.data.files import COMPRESSION, DELIMITERS, JSONL_SUFFIXES, suffix_of
from bert_tf.data.locations import Location
from bert_tf.data.rows import BadRow, Row

SETTLED = 60.0  # seconds after which a file that doesn't change is taken to be whole


class GrowingFile:
    """A text file, looked at before its rows are read.

    Args:
        location: The file.
        now: Seconds since 1970.
    """

    def __init__(self, location: Location, *, now: Callable[[], float] = time.time) -> None:
        self._location, self._now = location, now
        self._suffix, self._size = suffix_of(location.path), self._info()[0]

    def is_half(self, row: Row | BadRow) -> bool:
        """Whether the file's last row, which was read, may be half written.

        So is one without an end of its line, in a file that has grown since it was opened or was written to in the last
        minute. Of JSON lines, what can be read is whole; a compressed file isn't written to line by line.
        """
        is_json = self._suffix in JSONL_SUFFIXES
        is_compressed = PurePosixPath(self._location.path).suffix.lower() in COMPRESSION
        if is_compressed or not (is_json or self._suffix in DELIMITERS) or (is_json and isinstance(row, Row)):
            return False
        size, written = self._info()
        if size != self._size:
            return True
        return self._now() - written < SETTLED and not self._ends()

    def _info(self) -> tuple[int, float]:
        """Bytes, and when they were written, in seconds since 1970; long ago where that isn't known."""
        info = self._location.filesystem.get_file_info(self._location.path)
        return int(info.size or 0), (info.mtime_ns or 0) / 1e9

    def _ends(self) -> bool:
        """Whether its last line has an end."""
        with self._location.filesystem.open_input_file(self._location.path) as file:
            file.seek(max(self._size - 1, 0))
            return bool(file.read(1) == b"\n")
