"""The rows of a source that are examples; what is wrong with the others is recorded, and what they hold counted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bert_tf.data.bad_rows import Problems
from bert_tf.data.checks import Columns, Example, Refusal, check_row
from bert_tf.data.labels import MISSING_VALUES, Spelling, Tally
from bert_tf.data.rows import BadRow, Header, Item, Remark, Row
from bert_tf.data.target import Target
from bert_tf.nearest_name import did_you_mean

_MOST_COLUMNS = 50  # that a message lists
_MISSING_TEXTS = frozenset(value.encode() for value in MISSING_VALUES)


@dataclass(frozen=True)
class Seen:
    """What was counted while rows were read, of the examples among them.

    Attributes:
        labels: Their names as they are spelled, where labels have names.
        missing_texts: Texts that are only a word for a missing value.
    """

    labels: Tally = field(default_factory=Tally)
    missing_texts: Tally = field(default_factory=Tally)

    @property
    def missing_labels(self) -> list[Spelling]:
        """Labels that are a word for a missing value."""
        return [spelling for spelling in self.labels.spellings if spelling.value in MISSING_VALUES]


def checked_rows(
    items: Iterable[Item],
    *,
    split: str,
    columns: Columns,
    target: Target,
    problems: Problems,
    seen: Seen,
) -> Iterator[tuple[str, Example]]:
    """Place and example of each good row.

    Args:
        items: What a reader yields.
        split: `train`, `validation` or `test`, to record problems under.
        columns: The columns of an example.
        target: What a label is, and which ones a row may have.
        problems: Gets bad rows and missing columns.
        seen: Gets what is counted.
    """
    name, is_usable = split, True
    for item in target.read(items):
        if not isinstance(item, Row) or item.lines > 1:
            problems.remarks.heed(item)
            if isinstance(item, Header):
                name, is_usable = item.name, _has_columns(item, columns, problems)
                continue
            if isinstance(item, Remark):
                continue
        if not is_usable:
            continue
        place = f"{name}:{item.number}"
        checked = _checked(item, columns, target)
        if isinstance(checked, Refusal):
            problems.add_row(checked, split=split, place=place)
            continue
        example, spellings = checked
        for spelling in spellings:
            seen.labels.add(spelling, place)
        if example.text in _MISSING_TEXTS:
            seen.missing_texts.add(example.text.decode(), place)
        yield place, example


def _checked(item: Row | BadRow, columns: Columns, target: Target) -> tuple[Example, Sequence[str]] | Refusal:
    """The example, and how its label is written."""
    if isinstance(item, BadRow):
        return Refusal(item.reason, item.message)
    written = check_row(item.values, columns, check_label=target.check)
    if isinstance(written, Refusal):
        return written
    label = target.resolve(written.label)
    if isinstance(label, Refusal):
        return label
    resolved = Example(written.text, written.pair, label, written.weight)
    return resolved, target.spellings(written.label)


def column_problem(header: Header, column: str, *, is_label: bool = False) -> str | None:
    """Why a column of a file can't be used; None if it can. A label may be a list."""
    times = header.columns.count(column)
    if times > 1:
        return f"{header.name}: {times} columns are named {column!r}"
    unreadable = header.unreadable if is_label else {**header.unreadable, **header.lists}
    if column in unreadable:
        return f"{header.name}: the column {column!r} holds {unreadable[column]}, neither text nor numbers"
    if times == 1:
        return None
    hint = did_you_mean(column, header.columns)
    there = ", ".join(header.columns[:_MOST_COLUMNS]) + (", …" if len(header.columns) > _MOST_COLUMNS else "")
    return f"{header.name}: no column {column!r}; {f'{hint} ' if hint else ''}The columns are: {there}"


def _has_columns(header: Header, columns: Columns, problems: Problems) -> bool:
    """Record each column that can't be used; a header that tells no columns leaves it to the rows."""
    wrong = [
        message
        for column in columns.named()
        if header.columns and (message := column_problem(header, column, is_label=column in columns.label))
    ]
    for message in wrong:
        problems.add_file(message)
    return not wrong
