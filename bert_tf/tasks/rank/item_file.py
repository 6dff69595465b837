"""A file of items: the text of each by its id."""

from collections.abc import Mapping, Sequence

from bert_tf.data.checked_rows import column_problem
from bert_tf.data.checks import Refusal, check_identifier, check_text
from bert_tf.data.files import read_files
from bert_tf.data.rows import BadRow, Header, Row
from bert_tf.errors import DataError
from bert_tf.plurals import counted

_BETWEEN = b". "
_SHOWN = 10  # items that a message lists


def read_item_texts(pattern: str, *, identifier: str, texts: Sequence[str]) -> Mapping[str, bytes | None]:
    """The text of each item in UTF-8, by its id; None of an item whose columns are all empty.

    Args:
        pattern: A path, glob or URI.
        identifier: Column of the id.
        texts: Columns that make the text; those that are empty are left out of it.

    Raises:
        DataError: a column is missing, a row can't be read or has no id, or an id stands there with two texts.
    """
    found: dict[str, bytes | None] = {}
    wrong: list[str] = []
    columns, name = (identifier, *texts), pattern
    for item in read_files(pattern, wanted=columns):
        if isinstance(item, Header):
            name = item.name
            _check_columns(item, columns)
        elif isinstance(item, BadRow):
            wrong.append(f"{name}:{item.number}: {item.message}")
        elif isinstance(item, Row):
            own = check_identifier(identifier, item.values.get(identifier))
            if isinstance(own, Refusal):
                wrong.append(f"{name}:{item.number}: {own.message}")
                continue
            text = _joined(item, texts)
            if found.setdefault(own, text) != text:
                wrong.append(f"{name}:{item.number}: the item {own!r} has another text before")
    if wrong:
        raise DataError(
            f"{counted(len(wrong), 'item')} can't be used.",
            where=f"rank.items = {pattern!r}",
            hint="correct or remove these rows",
            problems=[*wrong[:_SHOWN], *([f"… and {len(wrong) - _SHOWN:,} more"] if len(wrong) > _SHOWN else [])],
        )
    return found


def _joined(item: Row, texts: Sequence[str]) -> bytes | None:
    found = (check_text(column, item.values.get(column)) for column in texts)
    return _BETWEEN.join(text.strip() for text in found if not isinstance(text, Refusal)) or None


def _check_columns(header: Header, columns: Sequence[str]) -> None:
    # JSON lines tell no columns; what a row lacks is an empty text there.
    wrong = [message for column in columns if (message := column_problem(header, column))]
    if wrong and header.columns:
        raise DataError("The file of items lacks a column.", where=header.name, problems=wrong)
