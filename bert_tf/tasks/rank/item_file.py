"""A file of items: the text of each by its id, and what else is known of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bert_tf.data.checked_rows import column_problem
from bert_tf.data.checks import Refusal, check_identifier, check_text
from bert_tf.data.files import read_files
from bert_tf.data.rows import BadRow, Header, Row
from bert_tf.errors import DataError
from bert_tf.plurals import counted
from bert_tf.tasks.regress.number_cell import check_number

_BETWEEN = b". "
_SHOWN = 10  # items that a message lists
_EMPTY = "empty text"


class FoundItem(NamedTuple):
    """A row of the file.

    Attributes:
        text: In UTF-8; None where all of its columns are empty.
        features: Cells of the columns of categories and of numbers, as texts; "" where one is empty.
    """

    text: bytes | None
    features: tuple[str, ...] = ()


@dataclass(frozen=True)
class ItemColumns:
    """Columns of the file.

    Attributes:
        identifier: The id.
        texts: Make the text; those that are empty are left out of it.
        categories: With texts.
        numbers: With a number or nothing.
    """

    identifier: str
    texts: Sequence[str]
    categories: Sequence[str] = ()
    numbers: Sequence[str] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Each once."""
        return tuple(dict.fromkeys((self.identifier, *self.texts, *self.categories, *self.numbers)))


def read_items(pattern: str, columns: ItemColumns) -> Mapping[str, FoundItem]:
    """The items by their ids.

    Args:
        pattern: A path, glob or URI.
        columns: That are read.

    Raises:
        DataError: a column is missing, a row can't be read or has no id, a number is none, or an id stands there with
            two texts or with two kinds of features.
    """
    found: dict[str, FoundItem] = {}
    wrong: list[str] = []
    name = pattern
    for row in read_files(pattern, wanted=columns.all):
        if isinstance(row, Header):
            name = row.name
            _check_columns(row, columns.all)
        elif isinstance(row, BadRow):
            wrong.append(f"{name}:{row.number}: {row.message}")
        elif isinstance(row, Row):
            problem = _add(found, row, columns)
            wrong.extend([] if problem is None else [f"{name}:{row.number}: {problem}"])
    if wrong:
        raise DataError(
            f"{counted(len(wrong), 'item')} can't be used.",
            where=f"rank.items = {pattern!r}",
            hint="correct or remove these rows",
            problems=[*wrong[:_SHOWN], *([f"… and {len(wrong) - _SHOWN:,} more"] if len(wrong) > _SHOWN else [])],
        )
    return found


def _add(found: dict[str, FoundItem], row: Row, columns: ItemColumns) -> str | None:
    """Add an item; what is wrong with it, if anything."""
    own = check_identifier(columns.identifier, row.values.get(columns.identifier))
    if isinstance(own, Refusal):
        return own.message
    features = _features(row, columns)
    if isinstance(features, Refusal):
        return features.message
    item = FoundItem(_joined(row, columns.texts), features)
    before = found.setdefault(own, item)
    if before == item:
        return None
    return f"the item {own!r} has {'another text' if before.text != item.text else 'other features'} before"


def _features(row: Row, columns: ItemColumns) -> tuple[str, ...] | Refusal:
    cells: list[str] = []
    for column in columns.categories:
        text = check_text(column, row.values.get(column))
        if isinstance(text, Refusal) and text.reason != _EMPTY:
            return text
        cells.append("" if isinstance(text, Refusal) else text.decode().strip())
    for column in columns.numbers:
        value = row.values.get(column)
        text = check_text(column, value)
        if isinstance(text, Refusal) and text.reason == _EMPTY:
            cells.append("")
            continue
        number = check_number(column, value)
        if isinstance(number, Refusal):
            return number
        cells.append(repr(number))
    return tuple(cells)


def _joined(row: Row, texts: Sequence[str]) -> bytes | None:
    found = (check_text(column, row.values.get(column)) for column in texts)
    return _BETWEEN.join(text.strip() for text in found if not isinstance(text, Refusal)) or None


def _check_columns(header: Header, columns: Sequence[str]) -> None:
    # JSON lines tell no columns; what a row lacks is an empty text there.
    wrong = [message for column in columns if (message := column_problem(header, column))]
    if wrong and header.columns:
        raise DataError("The file of items lacks a column.", where=header.name, problems=wrong)
