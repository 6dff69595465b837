"""An inspection of a user's files before there is a recipe: layout, columns, rows, language, lengths."""

import dataclasses
import pathlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bert_tf.data.checked_rows import column_problem
from bert_tf.data.checks import Columns
from bert_tf.data.discovery import Discovery, discover
from bert_tf.data.files import read_file_blocks, read_files
from bert_tf.data.language import Language, guess_language
from bert_tf.data.row_blocks import BlockItem, RowBlock
from bert_tf.data.rows import BadRow, Header, Row
from bert_tf.data.survey import Column, survey_columns
from bert_tf.data.target import Target
from bert_tf.drafting.check_file import CheckedFile, check_file
from bert_tf.drafting.guess import Roles, guess_roles
from bert_tf.errors import DataError, ModelError
from bert_tf.models.encoder_sources import locate_encoder
from bert_tf.tasks.table import TASKS
from bert_tf.text.token_lengths import token_lengths

LEAST_ROWS = 10
_MOST_COLUMNS, _MOST_BAD_ROWS_SHOWN = 1_000, 3
_TOKENS_OF_A_WORD = 1.5
_WRITTEN_WITHOUT_SPACES = ("Chinese", "Japanese", "Thai")
_SIBLINGS = {"validation": ("validation", "valid", "val", "dev"), "test": ("test",)}


@dataclass(frozen=True)
class Inspection:
    """What was found.

    Attributes:
        files: Path by split, as the recipe names it; `train` always.
        beside: Splits whose file nobody named: it stands beside that of train.
        found: How they are to be read.
        roles: Columns by what they are for.
        splits: Rows by split, read as the recipe will read them.
        language: None where nothing stands out.
        lengths: Tokens of texts from all over the training file, int [n].
        lengths_are_estimated: Whether they come from words, because no tokenizer was at hand.
    """

    files: Mapping[str, str]
    beside: tuple[str, ...]
    found: Discovery
    roles: Roles
    splits: Mapping[str, CheckedFile]
    language: Language | None
    lengths: np.ndarray
    lengths_are_estimated: bool


def inspect_files(
    files: Mapping[str, str | None],
    *,
    named: Mapping[str, str | None],
    encoder: str,
    has_header: bool | None = None,
) -> Inspection:
    """Read the files, and guess.

    Args:
        files: Path, glob or URI by split; `train` is needed.
        named: Columns that the user chose, by role: text, text_pair, label, weight.
        encoder: Whose tokenizer counts tokens, if it is at hand.
        has_header: Whether the first line of a delimited file names its columns; None to judge by the file.

    Raises:
        DataError: A file that can't be read or used, columns that can't be told apart, too few rows.
    """
    given = {split: path for split, path in files.items() if path}
    train = given["train"]
    beside = {split: path for split, path in _siblings(train).items() if split not in given}
    paths = {split: path for split, path in {**given, **beside}.items() if split in ("train", *_SIBLINGS)}
    found = discover(train, has_header=has_header)
    header = _header(train, found)
    if len(header.columns) > _MOST_COLUMNS:
        wide = (
            f"{train} has {len(header.columns):,} columns, and the first {_MOST_COLUMNS:,} were inspected; choose "
            "others with --text and --label"
        )
        found = dataclasses.replace(found, remarks=(*found.remarks, wide))
    roles = _roles(train, header, found, named)
    splits: dict[str, CheckedFile] = {}
    for split in ("train", *(split for split in _SIBLINGS if split in paths)):
        splits[split] = _check_split(paths[split], found, roles, split=split, train=splits.get("train"))
        _check_rows(paths[split], splits[split], least=LEAST_ROWS if split == "train" else 1)
    language = guess_language([*splits["train"].texts, *splits["train"].pairs])
    lengths = _lengths(splits["train"], encoder)
    estimated = _estimate(splits["train"], language) if lengths is None else lengths
    return Inspection(paths, tuple(beside), found, roles, splits, language, estimated, lengths is None)


def _siblings(train: str) -> dict[str, str]:
    """Files that are called as the training file is, but for the split."""
    path = pathlib.Path(train)
    if "train" not in path.name or "://" in train:
        return {}
    found = {}
    for split, words in _SIBLINGS.items():
        for word in words:
            beside = path.with_name(path.name.replace("train", word))
            if split not in found and beside.is_file():
                found[split] = str(beside)
    return found


def _header(train: str, found: Discovery) -> Header:
    # Parquet gives the columns that are asked for only.
    first = next(iter(read_files(train, wanted=(), file_format=found.file_format)))
    return first if isinstance(first, Header) else Header(train, ())


def _roles(train: str, header: Header, found: Discovery, named: Mapping[str, str | None]) -> Roles:
    wanted = _inspected(header.columns, named)
    bad = _BadRows(read_file_blocks(train, wanted=list(wanted), file_format=found.file_format))
    columns = [column for column in survey_columns(bad) if not wanted or column.name in wanted]
    rows = max((column.rows for column in columns), default=0)
    if rows < LEAST_ROWS:
        if not bad.rows:
            raise _too_few(train, rows)
        read = f"Only {rows:,} of {rows + bad.rows:,} rows" if rows else "No row"
        problems = [f"{header.name}:{row.number}: {row.message}" for row in bad.first]
        raise DataError(f"{read} of {train} can be read:", where=train, problems=problems)
    return _usable(header, columns, named=named, file=train)


class _BadRows:
    """Items as they are, of which the bad rows are counted."""

    def __init__(self, items: Iterable[BlockItem]) -> None:
        self._items = items
        self.rows, self.first = 0, list[BadRow]()

    def __iter__(self) -> Iterator[BlockItem]:
        for item in self._items:
            if isinstance(item, BadRow):
                self._add(1, [item])
            elif isinstance(item, RowBlock):
                bad = np.flatnonzero(item.bad.codes >= 0)
                self._add(len(bad), map(item.row, bad[:_MOST_BAD_ROWS_SHOWN].tolist()))
            yield item

    def _add(self, rows: int, first: Iterable[Row | BadRow]) -> None:
        self.rows += rows
        shown = [*self.first, *(row for row in first if isinstance(row, BadRow))]
        self.first = shown[:_MOST_BAD_ROWS_SHOWN]


def _inspected(columns: Sequence[str], named: Mapping[str, str | None]) -> dict[str, None]:
    """The columns that are counted: of a very wide table the first ones, and those that the user chose."""
    return dict.fromkeys(
        [*columns[:_MOST_COLUMNS], *(name for name in named.values() if name is not None and name in columns)]
    )


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
        chosen, labels = Columns(roles.text, roles.text_pair, roles.labels, roles.weight).named(), roles.labels
        # A task may read lists, as of words.
        header = next(item for item in _target(roles).read([header]) if isinstance(item, Header))
    problems = [problem for name in chosen if (problem := column_problem(header, name, is_label=name in labels))]
    if problems:
        raise DataError(f"{file} has columns that can't be used:", where=file, problems=problems)
    return roles


def _check_split(path: str, found: Discovery, roles: Roles, *, split: str, train: CheckedFile | None) -> CheckedFile:
    columns = Columns(roles.text, roles.text_pair, roles.labels, roles.weight)
    target = _target(roles)
    items = read_file_blocks(
        path, wanted=columns.named(), file_format=found.file_format, whole_rows=target.reads_whole_rows
    )
    return check_file(items, columns, target, split=split, source=path, train=train)


def _target(roles: Roles) -> Target:
    return TASKS[roles.task].draft().target(roles.labels, roles.settings, text=roles.text)


def _check_rows(path: str, checked: CheckedFile, *, least: int) -> None:
    if checked.bad > checked.rows:
        hints = [cause.hint for cause in checked.causes if cause.hint]
        raise DataError(
            f"{checked.bad:,} of {checked.bad + checked.rows:,} rows of {path} can't be used:",
            where=path,
            problems=[cause.sentence for cause in checked.causes],
            hint="; ".join([*hints, "fix the file, or choose other columns: --text COLUMN --label COLUMN"]),
            causes=[dataclasses.asdict(cause) for cause in checked.causes],
        )
    if checked.rows < least:
        raise _too_few(path, checked.rows)
    if len(checked.labels) < 2 and least > 1:
        raise DataError(
            f"All rows of {path} have the same label.", where=path, hint="choose another column: --label COLUMN"
        )


def _too_few(path: str, rows: int) -> DataError:
    return DataError(
        f"{path} has {rows} {'row' if rows == 1 else 'rows'}; too few for training and evaluation.",
        where=path,
        hint=f"{LEAST_ROWS} is the minimum; a few dozen per label is a reasonable start",
    )


def _lengths(checked: CheckedFile, encoder: str) -> np.ndarray | None:
    try:
        folder = locate_encoder(encoder).folder
    except ModelError:
        return None
    return token_lengths(folder, checked.texts, checked.pairs)


def _estimate(checked: CheckedFile, language: Language | None) -> np.ndarray:
    """Tokens by words, or by characters where words are not parted by spaces."""
    texts = (
        [" ".join(both) for both in zip(checked.texts, checked.pairs, strict=True)] if checked.pairs else checked.texts
    )
    if language and language.name in _WRITTEN_WITHOUT_SPACES:
        return np.array([len(text) + 2 for text in texts])
    return np.array([int(len(text.split()) * _TOKENS_OF_A_WORD) + 2 for text in texts])
