"""The training file before there is a recipe: what each column is for, and what its rows come to, in one reading where
its first rows tell the first."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from bert_tf.data.checked_rows import column_problem
from bert_tf.data.checks import Columns
from bert_tf.data.discovery import Discovery
from bert_tf.data.files import is_conll, is_parquet, read_file_blocks, read_files
from bert_tf.data.locations import find_files
from bert_tf.data.row_blocks import BlockItem, RowBlock, gathered
from bert_tf.data.rows import BadRow, Header
from bert_tf.data.survey import Column, Survey
from bert_tf.data.target import Target
from bert_tf.drafting.check_file import CheckedFile, check_file
from bert_tf.drafting.guess import Roles, guess_roles
from bert_tf.errors import DataError
from bert_tf.plurals import counted
from bert_tf.tasks.table import TASKS

LEAST_ROWS = 10
_MOST_COLUMNS, _MOST_BAD_ROWS_SHOWN = 1_000, 3
# The first rows, all of which are kept until it is known what their columns are for.
_FIRST_ROWS, _FIRST_CHARACTERS = 1 << 18, 1 << 22


@dataclass(frozen=True)
class TrainingFile:
    """What was found.

    Attributes:
        found: How it is to be read, with a remark where not all of its columns were looked at.
        roles: Columns by what they are for.
        checked: Its rows.
    """

    found: Discovery
    roles: Roles
    checked: CheckedFile


def read_train(path: str, found: Discovery, named: Mapping[str, str | None]) -> TrainingFile:
    """Guess what the columns of a file are for, and check its rows.

    Args:
        path: Path, glob or URI.
        found: How it is to be read.
        named: Columns that the user chose, by role.

    Raises:
        DataError: It can't be read, has columns that can't be used or told apart, or too few rows.
    """
    header = _header(path, found)
    wanted = _inspected(header.columns, named)
    reading = _Reading(path, found, wanted)
    first = list(reading.first())
    early, checked = _early_roles(reading, named), None
    if early is not None:
        checked = _check(chain(first, reading), early, split="train", source=path)
    reading.finish()
    roles = _usable(header, _columns(reading, header.name), named=named, file=path)
    if checked is None or early is None or not _are_read_alike(early, roles):
        checked = check_split(path, found, roles, split="train")
    if len(header.columns) > _MOST_COLUMNS:
        wide = (
            f"{path} has {len(header.columns):,} columns, and the first {_MOST_COLUMNS:,} were inspected; choose "
            "others with --text and --label"
        )
        found = dataclasses.replace(found, remarks=(*found.remarks, wide))
    return TrainingFile(found, roles, checked)


def check_split(
    path: str, found: Discovery, roles: Roles, *, split: str, train: CheckedFile | None = None
) -> CheckedFile:
    """Read a file, and check its rows.

    Args:
        path: Path, glob or URI.
        found: How it is to be read.
        roles: What its columns are for.
        split, train: As of `check_file`.

    Raises:
        DataError: It can't be read.
    """
    items = read_file_blocks(
        path,
        wanted=_used(roles).named(),
        file_format=found.file_format,
        whole_rows=_target(roles).reads_whole_rows,
    )
    return _check(items, roles, split=split, source=path, train=train)


def too_few_rows(path: str, rows: int, *, are_sentences: bool = False) -> DataError:
    """What is said of a file with so few rows, which may be sentences in CoNLL's format."""
    kind = "sentence" if are_sentences else "row"
    blank = "a blank line has to end each sentence; " if are_sentences else ""
    return DataError(
        f"{path} has {counted(rows, kind)}; too few for training and evaluation.",
        where=path,
        hint=f"{blank}{LEAST_ROWS} is the minimum; a few dozen per label is a reasonable start",
    )


@dataclass
class _Reading:
    """The items of a file, each counted when it is taken: its columns, and the rows that can't be read.

    Attributes:
        path: The file.
        found: How it is read.
        wanted: Columns that are counted.
        survey: The counts.
        bad_rows: How many rows can't be read.
        first_bad: The first of them.
    """

    path: str
    found: Discovery
    wanted: Mapping[str, None]
    survey: Survey = field(default_factory=Survey)
    bad_rows: int = 0
    first_bad: list[BadRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        wanted = list(self.wanted)
        items = read_file_blocks(self.path, wanted=wanted, file_format=self.found.file_format)
        self._items = gathered(items, wanted=wanted)

    @property
    def columns(self) -> list[Column]:
        """Counts of those that are wanted; of all where none is known by the header."""
        return [column for column in self.survey.columns if not self.wanted or column.name in self.wanted]

    def __iter__(self) -> Iterator[BlockItem]:
        for item in self._items:
            self.survey.add(item)
            if isinstance(item, RowBlock):
                self._count_bad(item)
            yield item

    def first(self) -> Iterator[BlockItem]:
        """The first items, as many as may be kept."""
        rows = 0
        for item in self:
            yield item
            rows += len(item) if isinstance(item, RowBlock) else 0
            if rows >= _FIRST_ROWS or self.survey.characters >= _FIRST_CHARACTERS or not self.survey.counts_every_row:
                return

    def finish(self) -> None:
        """Take what is left."""
        for _ in self:
            pass

    def _count_bad(self, block: RowBlock) -> None:
        bad = np.flatnonzero(block.bad.codes >= 0)
        self.bad_rows += len(bad)
        shown = map(block.row, bad[: _MOST_BAD_ROWS_SHOWN - len(self.first_bad)].tolist())
        self.first_bad.extend(row for row in shown if isinstance(row, BadRow))


def _header(path: str, found: Discovery) -> Header:
    # Parquet gives the columns that are asked for only.
    first = next(iter(read_files(path, wanted=(), file_format=found.file_format)))
    return first if isinstance(first, Header) else Header(path, ())


def _inspected(columns: Sequence[str], named: Mapping[str, str | None]) -> dict[str, None]:
    """The columns that are counted: of a very wide table the first ones, and those that the user chose."""
    return dict.fromkeys(
        [*columns[:_MOST_COLUMNS], *(name for name in named.values() if name is not None and name in columns)]
    )


def _early_roles(reading: _Reading, named: Mapping[str, str | None]) -> Roles | None:
    """What the first rows say, where the check may go on with what was read of them for the survey of all columns."""
    try:
        roles = guess_roles(_columns(reading, reading.path), file=reading.path, named=named)
    except DataError:
        return None
    file_format, paths = reading.found.file_format, [location.path for location in find_files(reading.path)]
    # Of Parquet other rows may be too long, and whole rows have more columns than the survey.
    if any(map(is_parquet, paths)):
        return None
    if _target(roles).reads_whole_rows and not all(is_conll(path, file_format) for path in paths):
        return None
    return roles


def _columns(reading: _Reading, name: str) -> list[Column]:
    """Counts of rows that are enough; `name` is what the file is called."""
    columns, path = reading.columns, reading.path
    rows = max((column.rows for column in columns), default=0)
    if rows < LEAST_ROWS:
        if not reading.bad_rows:
            file_format = reading.found.file_format
            are_sentences = all(is_conll(location.path, file_format) for location in find_files(path))
            raise too_few_rows(path, rows, are_sentences=are_sentences)
        read = f"Only {rows:,} of {rows + reading.bad_rows:,} rows" if rows else "No row"
        problems = [f"{name}:{row.number}: {row.message}" for row in reading.first_bad]
        raise DataError(f"{read} of {path} can be read:", where=path, problems=problems)
    return columns


def _usable(header: Header, columns: Sequence[Column], *, named: Mapping[str, str | None], file: str) -> Roles:
    """The guess, unless it falls on a column that can't be told from another, or needs one of them."""
    twice = [name for name, times in Counter(header.columns).items() if times > 1]
    chosen: Sequence[str] = twice
    labels: Sequence[str] = ()
    try:
        roles = guess_roles(columns, file=file, named=named)
    except DataError:
        if not twice:
            raise
    else:
        chosen, labels = _used(roles).named(), roles.labels
        # A task may read lists, as of words.
        header = next(item for item in _target(roles).read([header]) if isinstance(item, Header))
    problems = [problem for name in chosen if (problem := column_problem(header, name, is_label=name in labels))]
    if problems:
        raise DataError(f"{file} has columns that can't be used:", where=file, problems=problems)
    return roles


def _are_read_alike(one: Roles, other: Roles) -> bool:
    """Whether rows are checked in the same way."""
    return (one.task, _used(one), one.settings) == (other.task, _used(other), other.settings)


def _used(roles: Roles) -> Columns:
    return Columns(roles.text, roles.text_pair, roles.labels, roles.weight)


def _target(roles: Roles) -> Target:
    return TASKS[roles.task].draft().target(roles.labels, roles.settings, text=roles.text)


def _check(
    items: Iterable[BlockItem], roles: Roles, *, split: str, source: str, train: CheckedFile | None = None
) -> CheckedFile:
    return check_file(items, _used(roles), _target(roles), split=split, source=source, train=train)
