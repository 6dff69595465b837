"""What `classify` says of a user's files: which column looks like labels, and what a recipe should say of them."""

import math
import re
from collections.abc import Mapping, Sequence

from bert_tf.data.known_labels import KnownLabels
from bert_tf.data.labels import AlikeLabels, LabelNames, alike, commonest, label_notes, shown, some, sorted_names
from bert_tf.data.survey import NAMED, Column, describe_columns, name_score
from bert_tf.errors import DataError
from bert_tf.recipe.commented_toml import Entry
from bert_tf.tasks.classify.target import ClassifyTarget
from bert_tf.tasks.target_draft import CheckedLabels, Finding, Guess

_LABELS = (
    "label", "labels", "class", "category", "target", "sentiment", "intent", "topic", "rating", "stars", "emotion",
    "stance", "tag", "polarity", "score", "overall", "klasse", "kategorie", "stimmung", "bewertung", "wertung",
    "urteil", "thema", "etikett", "y",
)  # fmt: skip
# What tells where a row comes from, and has few values as a label has.
_ORIGINS = (
    "source", "channel", "split", "fold", "set", "lang", "language", "author", "user", "country", "date", "year",
    "month", "asin", "quelle", "kanal", "sprache", "autor", "land", "datum", "jahr", "monat",
)  # fmt: skip
_IDENTIFIER = re.compile(r".*(?:[_ ]id|[a-z]I[Dd])")  # user_id, reviewerID
_MOST_LABELS = 1000
_LONGEST_LABEL = 60  # characters, on average
_MOST_LABELS_WRITTEN = 50
_MOST_ALIKE_WRITTEN = 5  # labels that are probably one
_UNBALANCED = 3.0  # rows of the commonest label for each of the rarest


class ClassifyDraft:
    """See `TargetDraft`."""

    drawn = "stratified by label"
    needs_two_labels = True

    def guess(self, columns: Sequence[Column], *, file: str, is_given: bool) -> Guess:
        """One column, with few distinct values that repeat."""
        label = columns[0] if is_given else _best(columns, file=file)
        _check(label, file=file)
        named = "by its name; " if name_score(label.name, _LABELS) else ""
        return Guess((label.name,), _score(label), f"{named}{label.distinct} distinct values, each repeated")

    def could_be(self, column: Column) -> bool:
        """Whether it has few distinct values that repeat."""
        return _score(column) > -math.inf

    def target(self, columns: Sequence[str], settings: Mapping[str, object], *, text: str) -> ClassifyTarget:
        """Merges spellings."""
        return ClassifyTarget(columns[0], KnownLabels(merges=True))

    def described(self, train: CheckedLabels) -> str:
        """`2 labels: bad, good`."""
        count = f"{len(train.labels)} labels"
        return f"{count}: {', '.join(sorted_names(list(train.labels)))}" if len(train.labels) <= 6 else count

    def finding(self, train: CheckedLabels) -> Finding:
        """The share of each label."""
        labels = train.labels
        shares = [f"{label} {count / labels.total():.0%}" for label, count in labels.most_common(8)]
        return Finding("labels", str(len(labels)), ", ".join(shares) + (", …" if len(labels) > 8 else ""))

    def column_entries(self, columns: Sequence[str]) -> list[Entry]:
        """`label`."""
        return [Entry("label", columns[0])]

    def label_entries(self, splits: Mapping[str, CheckedLabels]) -> list[Entry]:
        """The labels, if they are not too many; or, where some are probably one, the key that makes them one."""
        groups = _alike_labels(splits)
        if groups:
            written = [" and ".join(shown(spelling.value) for spelling in group.spellings) for group in groups]
            listed = some(written, most=_MOST_ALIKE_WRITTEN)
            comment = f"These are probably the same label: {listed}. This merges them:"
            return [Entry("merge_labels", True, comment, is_on=_needs_merging(splits))]
        names = sorted_names(splits["train"].labels)
        return [Entry("labels", names)] if len(names) <= _MOST_LABELS_WRITTEN else []

    def settings(self, train: CheckedLabels) -> Mapping[str, list[Entry]]:
        """Class weights, where labels are imbalanced."""
        if not _is_imbalanced(train):
            return {}
        most, least = max(train.labels.values()), min(train.labels.values())
        comment = f"The commonest label has {most:,} rows, the rarest {least:,}. To balance them:"
        return {"classify": [Entry("class_weights", "balanced", comment, is_on=False)]}

    def notes(self, splits: Mapping[str, CheckedLabels]) -> list[str]:
        """Labels with a single row, labels that are probably one, words for missing values, imbalance."""
        train, seen = splits["train"], [checked.seen for checked in splits.values()]
        single = [label for label, count in train.labels.items() if count == 1]
        missing = {
            "text": [spelling for one in seen for spelling in one.missing_texts.spellings],
            "label": [spelling for one in seen for spelling in one.missing_labels],
        }
        return [
            *([f"labels with a single row can't be learned: {', '.join(single[:5])}"] if single else []),
            *label_notes(_alike_labels(splits), missing),
            *(["labels are imbalanced; the recipe suggests class_weights"] if _is_imbalanced(train) else []),
        ]


def _best(columns: Sequence[Column], *, file: str) -> Column:
    best = max(columns, key=_score, default=None)
    if best is not None and _score(best) > -math.inf:
        return best
    # A column that is called label and can't be one is what the user has to hear of.
    named = next((column for column in columns if name_score(column.name, _LABELS) == NAMED), None)
    if named is not None:
        _check(named, file=file)
    raise DataError(
        f"No column of {file} looks like labels, with few distinct values that repeat:",
        where=file,
        problems=describe_columns(columns),
        hint="set it with --label COLUMN",
    )


def _score(column: Column) -> float:
    fits = 2 <= column.distinct <= min(_MOST_LABELS, column.filled / 2) and column.mean_characters <= _LONGEST_LABEL
    if not fits or (column.is_numeric and any("." in value and not value.endswith(".0") for value in column.values)):
        return -math.inf
    named = name_score(column.name, _LABELS) - name_score(column.name, _ORIGINS)
    if _IDENTIFIER.fullmatch(column.name):
        named -= NAMED
    # Bare numbers are years and counts as often as labels.
    return named - column.is_numeric - math.log10(column.distinct)


def _check(column: Column, *, file: str) -> None:
    where = f"{file}, column {column.name!r}"
    if column.distinct == 0:
        raise DataError("The label column is empty.", where=where, hint="choose another with --label COLUMN")
    if column.distinct == 1:
        raise DataError(
            f"Every row has the same label, {next(iter(column.values))!r}; a classifier needs two or more.",
            where=where,
            hint="add rows with other labels, or choose another column with --label COLUMN",
        )
    # Of more than MOST_DISTINCT values the first ones are counted.
    if column.distinct == (rows := column.values.total()):
        raise DataError(
            f"Each of {rows:,} rows has a different label; a classifier needs several rows per label.",
            where=where,
            hint="choose another column with --label COLUMN",
        )


def _is_imbalanced(train: CheckedLabels) -> bool:
    counts = train.labels.values()
    return max(counts) >= _UNBALANCED * min(counts)


def _needs_merging(splits: Mapping[str, CheckedLabels]) -> bool:
    """Whether rows that are measured have spellings that no training row has; they would be of no use."""
    known = splits["train"].labels
    return any(spelling.value not in known for checked in splits.values() for spelling in checked.seen.labels.spellings)


def _alike_labels(splits: Mapping[str, CheckedLabels]) -> list[AlikeLabels]:
    groups = alike(spelling for checked in splits.values() for spelling in checked.seen.labels.spellings)
    if not _needs_merging(splits):
        return [AlikeLabels(tuple(group)) for group in groups]
    in_train = splits["train"].seen.labels.spellings
    merged = commonest(alike(in_train))
    names = LabelNames((merged.get(spelling.value, spelling.value) for spelling in in_train), merge=True)
    return [AlikeLabels(tuple(group), names.name_of(group[0].value)) for group in groups]
