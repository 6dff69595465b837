"""Events from files, from the row on that was not counted yet."""

import hashlib
import os
import pathlib
from collections.abc import Iterator, Mapping, Sequence

from pyarrow import fs

from bert_tf.data.checked_rows import column_problem
from bert_tf.data.file_format import AS_FOUND, FileFormat
from bert_tf.data.files import DELIMITERS, JSON_SUFFIXES, PARQUET_SUFFIXES, read_location, suffix_of
from bert_tf.data.locations import Location, find_files
from bert_tf.data.rows import BadRow, Header, Remark, Row
from bert_tf.errors import DataError
from bert_tf.monitoring.event_times import EventTimes
from bert_tf.monitoring.events import EventBlock, EventColumns, Position
from bert_tf.monitoring.growing_files import GrowingFile
from bert_tf.workflow.scoring.notes import Notes
from bert_tf.workflow.scoring.row_stream import ReadRow, open_rows

_READABLE = (*DELIMITERS, *JSON_SUFFIXES, *PARQUET_SUFFIXES)
# As of `score`: the first blocks are small, so that something is computed while more is read.
_FIRST_ROWS, MOST_ROWS, _GROWTH = 1024, 32_768, 4
_BYTES = 32 << 20


def find_event_files(names: Sequence[str]) -> list[Location]:
    """The files of paths, globs, URIs and folders, in the order of their names; of a folder those that can be read.

    Raises:
        DataError: nothing is there, or a folder has no file that can be read.
    """
    found: dict[str, Location] = {}
    for name in names:
        for location in _in_folder(pathlib.Path(name)) if os.path.isdir(name) else find_files(name):
            is_local = isinstance(location.filesystem, fs.LocalFileSystem)
            # One file by two names, such as a.csv and ./a.csv, is read once.
            found.setdefault(os.path.realpath(location.path) if is_local else location.name, location)
    return list(found.values())


def _in_folder(folder: pathlib.Path) -> list[Location]:
    paths = [path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith((".", "_"))]
    readable = [path for path in paths if suffix_of(path.name) in _READABLE and path.stat().st_size]
    if not readable:
        raise DataError(
            f"{folder} has no file of events.",
            where=str(folder),
            hint=f"events are read from files that end in one of {', '.join(_READABLE)}, also compressed",
        )
    return [find_files(str(path))[0] for path in readable]


class EventFiles:
    """Reads events of files, block after block; memory doesn't grow with them.

    Args:
        columns: What an event is made of.
        times: Reads when it was.
        positions: How far files were counted before, by name.
        file_format: How the files are written.

    Attributes:
        beginnings: As of `Position`, by name, of the files that were opened.
        tails: Blocks without an event from the ends of files.
        remarks: What is said of how files were read.
    """

    def __init__(
        self,
        columns: EventColumns,
        times: EventTimes,
        positions: Mapping[str, Position],
        *,
        file_format: FileFormat = AS_FOUND,
    ) -> None:
        self._columns, self._times, self._positions = columns, times, positions
        self._file_format = file_format
        self._notes = Notes()
        self.beginnings: dict[str, str] = {}
        self.tails: list[EventBlock] = []

    @property
    def remarks(self) -> list[str]:
        """Sentences, each with its file."""
        return self._notes.remarks.messages

    def blocks(self, locations: Sequence[Location]) -> Iterator[EventBlock]:
        """The events of files that were not counted yet.

        Raises:
            DataError: a file can't be read, lacks a column, or is another one than that which was counted.
        """
        for location in locations:
            yield from self._of_file(location)

    def _of_file(self, location: Location) -> Iterator[EventBlock]:
        self._check(location)
        before = self._positions.get(location.name, Position(0, "")).last
        self._notes.remarks.heed(Header(location.name, ()))
        named, file = self._columns.named(), GrowingFile(location)
        text = [self._columns.text]
        rows = open_rows(location, named, named=text, notes=self._notes, file_format=self._file_format)
        block, size, most = self._new(location, before), 0, _FIRST_ROWS
        for read in rows:
            if read.item.number <= before:
                continue
            if rows.upcoming is None and file.is_half(read.item):
                self._notes.remarks.heed(Remark("its last line is still being written, and counts once it is whole"))
                break
            row = self._row(read)
            block.add(row, self._columns, self._times)
            size += len(block.texts[-1]) if block.texts else 0
            if len(block.texts) >= most or size >= _BYTES:
                yield self._read(block)
                block, size, most = self._new(location, block.last), 0, min(most * _GROWTH, MOST_ROWS)
        if rows.last < before:
            raise _another_file(location)
        if block.texts:
            yield self._read(block)
        elif block.refused:
            self.tails.append(self._read(block))

    def _new(self, location: Location, before: int) -> EventBlock:
        return EventBlock(location.name, tuple(self._columns.named()), before, before)

    def _read(self, block: EventBlock) -> EventBlock:
        block.positions = {block.name: Position(block.last, self.beginnings[block.name])}
        return block

    def _row(self, read: ReadRow) -> Row | BadRow:
        """With the values of all columns: of a Parquet file the reader gives texts only, and no times."""
        if read.batch is None or isinstance(read.item, BadRow):
            return read.item
        others = [name for name in self._columns.named() if name != self._columns.text]
        values = {name: read.batch.column(name)[read.place].as_py() for name in others}
        return read.item._replace(values={**read.item.values, **values})

    def _check(self, location: Location) -> None:
        items = read_location(location, wanted=self._columns.named(), file_format=self._file_format)
        header, first = next(items), next((item for item in items if isinstance(item, Row | BadRow)), None)
        if isinstance(header, Header) and header.columns:
            self._check_columns(header)
        described = repr(sorted(first.values.items()) if isinstance(first, Row) else first)
        beginning = hashlib.sha256(described.encode("utf-8", "replace")).hexdigest()
        before = self._positions.get(location.name)
        if before is not None and before.beginning != beginning:
            raise _another_file(location)
        if before is None and self._columns.id is None and isinstance(first, Row):
            self._check_is_new(location, beginning)
        self.beginnings[location.name] = beginning

    def _check_is_new(self, location: Location, beginning: str) -> None:
        """Raises DataError where a file begins as another one does: its rows would count twice."""
        known = {**{name: position.beginning for name, position in self._positions.items()}, **self.beginnings}
        alike = next((name for name, other in known.items() if other == beginning), None)
        if alike is not None:
            raise DataError(
                f"{location.name} begins with the same row as {alike}: its events would count twice.",
                where=location.name,
                hint=f"is it the same file? then call it {alike}; else name the column that tells events apart: --id",
            )

    def _check_columns(self, header: Header) -> None:
        times = {self._columns.time} & header.unreadable.keys()
        readable = header._replace(unreadable={k: v for k, v in header.unreadable.items() if k not in times})
        problems = [problem for name in self._columns.named() if (problem := column_problem(readable, name))]
        if problems:
            raise DataError(f"{header.name} can't be monitored:", where=header.name, problems=problems)


def _another_file(location: Location) -> DataError:
    return DataError(
        f"{location.name} is not the file that was counted before: its first rows differ, or it is shorter.",
        where=location.name,
        hint="give new events a file of their own, or choose another --out to count all of it again",
    )
