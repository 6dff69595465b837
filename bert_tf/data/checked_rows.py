"""The rows of a source that are examples; what is wrong with the others is recorded, and what they hold counted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bert_tf.data.bad_rows import Problems
from bert_tf.data.checks import Columns, Example, Refusal, check_row
from bert_tf.data.labels import MISSING_VALUES, LabelNames, Spelling, Tally
from bert_tf.data.rows import BadRow, Header, Item, Remark
from bert_tf.nearest_name import did_you_mean

_MOST_COLUMNS = 50  # that a message lists
_MISSING_TEXTS = frozenset(value.encode() for value in MISSING_VALUES)


@dataclass(frozen=True)
class Seen:
    """What was counted while rows were read, of the examples among them.

    Attributes:
        labels: As they are spelled.
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
    known: LabelNames | None,
    problems: Problems,
    seen: Seen,
) -> Iterator[tuple[str, Example]]:
    """Place and example of each good row.

    Args:
        items: What a reader yields.
        split: `train`, `validation` or `test`, to record problems under.
        columns: The columns of an example.
        known: The labels that a row may have; None when any will do.
        problems: Gets bad rows and missing columns.
        seen: Gets what is counted.
    """
    name, is_usable = split, True
    for item in items:
        problems.remarks.heed(item)
        if isinstance(item, Header):
            name, is_usable = item.name, _has_columns(item, columns, problems)
            continue
        if isinstance(item, Remark) or not is_usable:
            continue
        place = f"{name}:{item.number}"
        checked = Refusal(item.reason, item.message) if isinstance(item, BadRow) else check_row(item.values, columns)
        if isinstance(checked, Example):
            spelled = checked.label
            checked = checked if known is None else _named(checked, known, columns.label)
        if isinstance(checked, Refusal):
            problems.add_row(checked, split=split, place=place)
            continue
        seen.labels.add(spelled, place)
        if checked.text in _MISSING_TEXTS:
            seen.missing_texts.add(checked.text.decode(), place)
        yield place, checked


def _named(example: Example, known: LabelNames, column: str) -> Example | Refusal:
    name = known.name_of(example.label)
    if name is None:
        return Refusal("unknown label", f"{column} {example.label!r} is unknown", example.label)
    return example._replace(label=name)


def column_problem(header: Header, column: str) -> str | None:
    """Why a column of a file can't be used; None if it can."""
    times = header.columns.count(column)
    if times > 1:
        return f"{header.name}: {times} columns are named {column!r}"
    if column in header.unreadable:
        return f"{header.name}: the column {column!r} holds {header.unreadable[column]}, neither text nor numbers"
    if times == 1:
        return None
    hint = did_you_mean(column, header.columns)
    there = ", ".join(header.columns[:_MOST_COLUMNS]) + (", …" if len(header.columns) > _MOST_COLUMNS else "")
    return f"{header.name}: no column {column!r}; {f'{hint} ' if hint else ''}The columns are: {there}"


def _has_columns(header: Header, columns: Columns, problems: Problems) -> bool:
    """Record each column that can't be used; a header that tells no columns leaves it to the rows."""
    wrong = [message for column in columns.named() if header.columns and (message := column_problem(header, column))]
    for message in wrong:
        problems.add_file(message)
    return not wrong
