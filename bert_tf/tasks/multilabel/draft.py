"""What `multilabel` says of a user's files: which columns look like sets of labels, and how they are written."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from bert_tf.data.known_labels import KnownLabels
from bert_tf.data.labels import Spelling, alike, shown, some, sorted_names
from bert_tf.data.survey import NAMED, Column, describe_columns, name_score
from bert_tf.errors import DataError
from bert_tf.recipe.commented_toml import Entry
from bert_tf.tasks.multilabel.answered_labels import NO_LABEL, listed
from bert_tf.tasks.multilabel.label_cells import FlagColumns, ListCell
from bert_tf.tasks.multilabel.layouts import LIST_NAMES, ListColumn, certainty_of, flag_columns, list_column
from bert_tf.tasks.multilabel.target import MultilabelTarget
from bert_tf.tasks.target_draft import CheckedLabels, Finding, Guess

_SINGLE = ("label", "labels", "class", "category", "target", "sentiment", "y")
_FLAGS = 1.0  # certainty of columns of 0 and 1
_MOST_ALIKE_WRITTEN = 5  # labels that are probably one
_RARE = 0.02  # share of the rows
_ONE_EACH = (
    "each row has exactly one label; if no text can have two or none, write its name into one column and set task = "
    '"classify"'
)


class MultilabelDraft:
    """See `TargetDraft`."""

    drawn = "by iterative stratification"
    needs_two_labels = True

    def guess(self, columns: Sequence[Column], *, file: str, is_given: bool) -> Guess:
        """One column of lists, or two and more of 0 and 1."""
        lists = [(column, found) for column in columns if (found := list_column(column)) is not None]
        guesses = [*(_list_guess(column, found) for column, found in lists), *_flags_guess(columns, is_given=is_given)]
        if guesses:
            return max(guesses, key=lambda guess: guess.certainty)
        raise DataError(
            f"No column of {file} looks like lists of labels, and no two like labels of 0 and 1:",
            where=file,
            problems=describe_columns(columns),
            hint="set it with --label COLUMN",
        )

    def could_be(self, column: Column) -> bool:
        """Whether its cells are lists of labels."""
        return list_column(column) is not None

    def target(self, columns: Sequence[str], settings: Mapping[str, object], *, text: str) -> MultilabelTarget:
        """Of lists it merges spellings."""
        if "columns" in settings:
            return MultilabelTarget.given(FlagColumns(columns), columns, where="multilabel.columns")
        separator = None if settings.get("format") == "json" else str(settings["separator"])
        return MultilabelTarget(ListCell(columns[0], separator=separator), KnownLabels(merges=True))

    def described(self, train: CheckedLabels) -> str:
        """`none, one or several of 2 labels: joy, love`."""
        names = sorted_names(_rows_of_labels(train))
        said = f"none, one or several of {len(names)} labels"
        return f"{said}: {', '.join(names)}" if len(names) <= 6 else said

    def finding(self, train: CheckedLabels) -> Finding:
        """The share of the rows of each label."""
        rows, labels = train.labels.total(), _rows_of_labels(train)
        shares = [f"{label} {count / rows:.0%}" for label, count in labels.most_common(8)]
        without = train.labels[()]
        more = ", …" if len(labels) > 8 else ""
        return Finding("labels", str(len(labels)), f"{', '.join(shares)}{more}; {NO_LABEL} {without / rows:.0%}")

    def column_entries(self, columns: Sequence[str]) -> list[Entry]:
        """`label`, where one column has all."""
        return [] if len(columns) > 1 else [Entry("label", columns[0])]

    def label_entries(self, splits: Mapping[str, CheckedLabels]) -> list[Entry]:
        """The key that makes one of labels that are probably one."""
        groups = _alike_labels(splits)
        if not groups:
            return []
        written = [" and ".join(shown(spelling.value) for spelling in group) for group in groups]
        listed_groups = some(written, most=_MOST_ALIKE_WRITTEN)
        comment = f"These are probably the same label: {listed_groups}. This merges them:"
        return [Entry("merge_labels", True, comment, is_on=_needs_merging(splits))]

    def settings(self, train: CheckedLabels) -> Mapping[str, list[Entry]]:
        """Positive weights, where labels are rare."""
        labels, rows = _rows_of_labels(train), train.labels.total()
        name, least = min(labels.items(), key=lambda pair: pair[1])
        if least >= _RARE * rows:
            return {}
        comment = f"{name!r} is the label of {least:,} of {rows:,} rows. To have rare labels found more often:"
        return {"multilabel": [Entry("positive_weights", "balanced", comment, is_on=False)]}

    def notes(self, splits: Mapping[str, CheckedLabels]) -> list[str]:
        """Labels with a single row, and labels of all rows."""
        train = splits["train"]
        labels = _rows_of_labels(train)
        single = [label for label, count in labels.items() if count == 1]
        everywhere = [label for label, count in labels.items() if count == train.labels.total()]
        has_one_each = all(len(value) == 1 for value in train.labels)
        return [
            *([f"labels with a single row can't be learned: {listed(single[:5])}"] if single else []),
            *([f"all rows have the label {listed(everywhere)}; remove it from the labels"] if everywhere else []),
            *([_ONE_EACH] if has_one_each and not everywhere else []),
        ]


def _list_guess(column: Column, found: ListColumn) -> Guess:
    named = name_score(column.name, LIST_NAMES)
    written = "JSON lists" if found.separator is None else f"lists with {found.separator!r} between labels"
    reason = f"{'by its name; ' if named else ''}{written}, {len(found.labels)} labels"
    settings: dict[str, object] = {"format": "json"} if found.separator is None else {"separator": found.separator}
    return Guess((column.name,), certainty_of(named, len(found.labels)), reason, settings)


def _flags_guess(columns: Sequence[Column], *, is_given: bool) -> list[Guess]:
    names = [] if is_given else flag_columns(columns)
    if not names or any(name_score(name, _SINGLE) == NAMED for name in names):
        return []
    certainty = _FLAGS + math.log10(len(names)) / 10
    flags = {value.lower() for column in columns if column.name in names for value in column.values}
    written = "0 and 1" if flags.isdisjoint({"yes", "no"}) else "yes and no"
    return [Guess(tuple(names), certainty, f"{len(names)} columns of {written}", {"columns": names})]


def _alike_labels(splits: Mapping[str, CheckedLabels]) -> list[list[Spelling]]:
    return alike(spelling for checked in splits.values() for spelling in checked.seen.labels.spellings)


def _needs_merging(splits: Mapping[str, CheckedLabels]) -> bool:
    """Whether rows that are measured have spellings that no training row has; they would be of no use."""
    known = _rows_of_labels(splits["train"])
    return any(spelling.value not in known for checked in splits.values() for spelling in checked.seen.labels.spellings)


def _rows_of_labels(train: CheckedLabels) -> Counter[str]:
    labels: Counter[str] = Counter()
    for value, rows in train.labels.items():
        labels.update(dict.fromkeys(value, rows))
    return labels
