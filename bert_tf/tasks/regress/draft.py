"""What a user's files say of numbers, while a recipe for them is drafted."""

import math
from collections.abc import Mapping, Sequence

from bert_tf.data.decimal_commas import has_decimal_commas
from bert_tf.data.survey import NAMED, Column, describe_columns, name_score
from bert_tf.errors import DataError
from bert_tf.recipe.commented_toml import Entry
from bert_tf.scores import number_text, range_text
from bert_tf.tasks.regress.number_cell import is_missing, nearest_number
from bert_tf.tasks.regress.target import RegressTarget
from bert_tf.tasks.target_draft import CheckedLabels, Finding, Guess, UnreadableLabelsError

_AMOUNTS = (
    "score", "rating", "similarity", "price", "stars", "relevance", "grade", "quality", "difficulty", "toxicity",
    "valence", "arousal", "intensity", "amount", "cost", "preis", "note", "bewertung", "punkte",
)  # fmt: skip
# Of whole numbers these tell nothing: they may be ids of labels.
_LABELS = ("label", "target", "value", "sentiment", "wert", "y")
# Numbers that no text tells: where a row comes from, when, and how much it counts.
_OTHERS = (
    "id", "index", "row", "number", "year", "date", "time", "timestamp", "month", "day", "hour", "zip", "code", "lat",
    "lon", "latitude", "longitude", "weight", "weights", "sample_weight", "confidence", "importance", "gewicht",
    "konfidenz", "split", "fold", "nummer", "jahr", "datum",
)  # fmt: skip
_FEWEST = 3  # different numbers
_READABLE = 0.95  # of the values that are there; a few rows may be bad
# Names of labels are the commoner case: numbers win where their column has the more telling name.
_HANDICAP, _WHOLE = 2.5, 1.0
_SKEWED = 5.0  # standard deviations of the farthest number from the median


class RegressDraft:
    """See `TargetDraft`."""

    drawn = "stratified by deciles of the labels"
    needs_two_labels = True

    def guess(self, columns: Sequence[Column], *, file: str, is_given: bool) -> Guess:
        """One column of numbers, with fractions or a telling name."""
        column = columns[0] if is_given else max(columns, key=_certainty, default=None)
        if column is None or (_certainty(column) == -math.inf and not (is_given and _could_be_read(column))):
            raise _written_otherwise(columns, file=file) or DataError(
                f"No column of {file} looks like numbers to predict:",
                where=file,
                problems=describe_columns(columns),
                hint="set it with --label COLUMN",
            )
        named = "by its name; " if name_score(column.name, (*_AMOUNTS, *_LABELS)) else ""
        said = f"{named}numbers, {column.distinct} distinct values"
        if has_decimal_commas(column):
            return Guess((column.name,), _certainty(column), f"{said}, with decimal commas", {"decimal": ","})
        return Guess((column.name,), _certainty(column), said)

    def could_be(self, column: Column) -> bool:
        """Whether it has numbers with fractions, or a telling name."""
        return _certainty(column) > -math.inf

    def target(self, columns: Sequence[str], settings: Mapping[str, object], *, text: str) -> RegressTarget:
        """Reads numbers."""
        return RegressTarget(columns[0], has_commas=settings.get("decimal") == ",")

    def described(self, train: CheckedLabels) -> str:
        """`a number from -1 to 1`."""
        return f"a number from {_span(train)}"

    def finding(self, train: CheckedLabels) -> Finding:
        """Range, mean and median."""
        mean, deviation = _mean_and_deviation(train)
        reason = f"mean {number_text(mean, deviation)}, median {number_text(_median(train), deviation)}"
        return Finding("numbers", _span(train), reason)

    def column_entries(self, columns: Sequence[str]) -> list[Entry]:
        """`label`."""
        return [Entry("label", columns[0])]

    def label_entries(self, splits: Mapping[str, CheckedLabels]) -> list[Entry]:
        """None: any number may come."""
        return []

    def settings(self, train: CheckedLabels) -> Mapping[str, list[Entry]]:
        """A loss that outliers weigh less in, where there are some."""
        distance = _farthest(train)
        if distance < _SKEWED:
            return {}
        comment = f"A label is {distance:.0f} standard deviations from the median. To make such labels count less:"
        return {"regress": [Entry("loss", "huber", comment, is_on=False)]}

    def notes(self, splits: Mapping[str, CheckedLabels]) -> list[str]:
        """Outliers."""
        distance = _farthest(splits["train"])
        if distance < _SKEWED:
            return []
        return [f'a label is {distance:.0f} standard deviations from the median; the recipe suggests loss = "huber"']


def _certainty(column: Column) -> float:
    has_fractions = has_decimal_commas(column) or any(map(_is_fraction, column.values))
    telling = (*_AMOUNTS, *_LABELS) if has_fractions else _AMOUNTS
    named = name_score(column.name, telling) - name_score(column.name, _OTHERS)
    if not _could_be_read(column) or (not has_fractions and named < NAMED) or named < 0:
        return -math.inf
    return named - _HANDICAP - (0 if has_fractions else _WHOLE)


def _could_be_read(column: Column) -> bool:
    missing = {value: rows for value, rows in column.values.items() if is_missing(value)}
    # Of words for a missing value, nan is read as a number by the survey.
    numbers = column.numbers - sum(rows for value, rows in missing.items() if _is_number(value))
    readable = numbers >= _READABLE * max(column.filled - sum(missing.values()), 1)
    return (readable or has_decimal_commas(column)) and column.distinct - len(missing) >= _FEWEST


def _written_otherwise(columns: Sequence[Column], *, file: str) -> UnreadableLabelsError | None:
    """The refusal of numbers with units or separators, such as $1,200.50, where a column has nothing else."""
    for column in sorted(columns, key=lambda column: -name_score(column.name, (*_AMOUNTS, *_LABELS))):
        near = {value: meant for value in column.values if (meant := nearest_number(value)) is not None}
        rows = sum(column.values[value] for value in near)
        if near and rows + column.numbers >= _READABLE * column.filled and column.distinct >= _FEWEST:
            value, meant = next(iter(near.items()))
            return UnreadableLabelsError(
                f"The numbers in column {column.name!r} of {file} are written with units or separators: {value!r}.",
                certainty=name_score(column.name, (*_AMOUNTS, *_LABELS)) - _HANDICAP,
                where=file,
                hint=f"write them with a point, without separators or units: {meant} for {value!r}; or set another "
                "column of labels with --label COLUMN",
            )
    return None


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _is_fraction(value: str) -> bool:
    try:
        return math.isfinite(float(value)) and not float(value).is_integer()
    except ValueError:
        return False


def _median(train: CheckedLabels) -> float:
    """The lower one of two."""
    half, seen = train.labels.total() / 2, 0
    for number, count in sorted(train.labels.items()):
        seen += count
        if seen >= half:
            return float(number)
    return math.nan


def _farthest(train: CheckedLabels) -> float:
    """Standard deviations of the label that is farthest from the median."""
    median, (_, deviation) = _median(train), _mean_and_deviation(train)
    return float(max(abs(number - median) for number in train.labels) / deviation) if deviation > 0 else 0.0


def _mean_and_deviation(train: CheckedLabels) -> tuple[float, float]:
    rows = train.labels.total()
    mean = sum(number * count for number, count in train.labels.items()) / rows
    return mean, math.sqrt(sum(count * (number - mean) ** 2 for number, count in train.labels.items()) / rows)


def _span(train: CheckedLabels) -> str:
    """`-1 to 1`."""
    return range_text(min(train.labels), max(train.labels), _mean_and_deviation(train)[1])
