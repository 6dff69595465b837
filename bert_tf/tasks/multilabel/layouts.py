"""How a file writes sets of labels, by what its columns hold."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bert_tf.data.decimal_commas import has_decimal_commas
from bert_tf.data.survey import NAMED, Column, name_score
from bert_tf.tasks.multilabel.label_cells import separated
from bert_tf.tasks.multilabel.written_lists import CHOICES, parsed_list

LIST_NAMES = (
    "labels", "label", "tags", "tag", "topics", "topic", "categories", "category", "genres", "genre", "classes",
    "emotions", "emotion", "keywords", "intents", "themen", "kategorien", "etiketten", "schlagworte",
)  # fmt: skip
SEPARATORS = ("|", ";", ",", "/", " ")
_BITS = frozenset({"0", "1", "0.0", "1.0", "true", "false", "yes", "no"})
_FEWEST_FLAGS = 2
_MOST_LABELS = 1000
_LONGEST_LABEL = 40  # characters of a name, on average
_LEAST_SEVERAL = 0.02  # share of the cells that have two labels or more
_LEAST_ROWS = 2  # of a label, on average


@dataclass(frozen=True)
class ListColumn:
    """A column whose cells are lists of labels.

    Attributes:
        column: Its name.
        separator: Between two labels; None for JSON lists.
        labels: How many rows have each.
    """

    column: str
    separator: str | None
    labels: Counter[str]


def flag_columns(columns: Sequence[Column]) -> list[str]:
    """Columns of 0 and 1 that are labels: two or more, none of them constant."""
    flags = [
        column.name
        for column in columns
        if column.filled == column.rows and column.distinct == 2 and _BITS.issuperset(map(str.lower, column.values))
    ]
    return flags if len(flags) >= _FEWEST_FLAGS else []


def list_column(column: Column) -> ListColumn | None:
    """The column as lists of labels; None where its cells are none, or no cell has two."""
    is_named = name_score(column.name, LIST_NAMES) == NAMED
    if not column.filled or (not is_named and has_decimal_commas(column, with_units=True)):
        return None
    found = _as_lists(column) or _as_choices(column) or _as_separated(column)
    return found if found is not None and _are_labels(found, column) else None


def _as_lists(column: Column) -> ListColumn | None:
    """JSON lists, or lists that are cells themselves, which were counted as Python writes them."""
    labels: Counter[str] = Counter()
    for value, rows in column.values.items():
        listed = _list_of(value)
        if listed is None:
            return None
        labels.update(dict.fromkeys(listed, rows))
    return ListColumn(column.name, None, labels)


def _as_choices(column: Column) -> ListColumn | None:
    """As Label Studio writes labels: one by its name, and only several as a list."""
    lists = {value: _list_of(value) for value in column.values if value.startswith("{") and CHOICES in value}
    if not lists or any(listed is None for listed in lists.values()):
        return None
    labels: Counter[str] = Counter()
    for value, rows in column.values.items():
        labels.update(dict.fromkeys(lists.get(value) or [value], rows))
    return ListColumn(column.name, SEPARATORS[0], labels)


def _list_of(value: str) -> list[str] | None:
    found = parsed_list(value)
    return None if found is None else list(map(str, found))


def _as_separated(column: Column) -> ListColumn | None:
    """By the separator that most cells have, of those that make labels of them."""
    tried = [ListColumn(column.name, separator, _parts(column, separator)) for separator in SEPARATORS]
    fitting = [found for found in tried if _are_labels(found, column)]
    return max(fitting, key=lambda found: found.labels.total(), default=None)


def _parts(column: Column, separator: str) -> Counter[str]:
    labels: Counter[str] = Counter()
    for value, rows in column.values.items():
        labels.update(dict.fromkeys(separated(value, separator), rows))
    return labels


def _are_labels(found: ListColumn, column: Column) -> bool:
    """Whether names are few, short and come again, some cells have several, and one name has more than one company.

    That tells labels from texts, whose words between commas hardly come again, and from single labels that hold a
    comma.
    """
    names, rows = found.labels, column.values.total()
    empty = (not name for name in names)
    if (any(empty) and found.separator is not None) or not 2 <= len(names) <= _MOST_LABELS:
        return False
    are_short = sum(map(len, names)) / len(names) <= _LONGEST_LABEL
    come_again = names.total() >= _LEAST_ROWS * len(names)
    several = names.total() - rows >= max(1, _LEAST_SEVERAL * rows) or _several(found, column)
    if found.separator == " " and not _are_words_of_labels(found, column):
        return False
    return are_short and come_again and several and column.distinct >= len(names)


def _are_words_of_labels(found: ListColumn, column: Column) -> bool:
    """Whether what stands between blanks is no text, in which words come twice, and no name of several words, such as
    "very good", of which there are few combinations."""
    come_once = all(len(parts) == len(set(parts)) for parts in (separated(value, " ") for value in column.values))
    is_named = name_score(column.name, LIST_NAMES) > 0
    return is_named and come_once and column.distinct >= 2 * len(found.labels)


def _several(found: ListColumn, column: Column) -> bool:
    """Whether a cell has two labels: empty lists may outnumber the labels that others have too many."""
    if found.separator is None:
        return any(len(_list_of(value) or ()) > 1 for value in column.values)
    return False


def certainty_of(named: float, labels: int) -> float:
    """As of `Guess`: lists tell more than single labels do."""
    return named + 1.0 - math.log10(labels)
