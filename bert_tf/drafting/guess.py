"""Which columns of a file are text, second text, label and weight, by their names and by what they hold."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from bert_tf.drafting.survey import MOST_DISTINCT, Column
from bert_tf.errors import DataError
from bert_tf.nearest_name import did_you_mean

_LABELS = (
    "label", "labels", "class", "category", "target", "sentiment", "intent", "topic", "rating", "stars", "emotion",
    "stance", "tag", "polarity", "score", "klasse", "kategorie", "stimmung", "bewertung", "wertung", "urteil", "thema",
    "etikett", "y",
)  # fmt: skip
_TEXTS = (
    "text", "texts", "sentence", "review", "body", "content", "comment", "tweet", "message", "document", "question",
    "utterance", "description", "article", "headline", "title", "kommentar", "nachricht", "beitrag", "inhalt", "satz",
)  # fmt: skip
_PAIRS = (
    ("premise", "hypothesis"), ("sentence1", "sentence2"), ("sentence_1", "sentence_2"), ("sentence_a", "sentence_b"),
    ("question1", "question2"), ("text1", "text2"), ("text_1", "text_2"), ("text_a", "text_b"), ("text", "text_pair"),
    ("question", "answer"), ("question", "context"), ("question", "sentence"), ("query", "passage"),
    ("query", "document"), ("frage", "antwort"),
)  # fmt: skip
# What tells where a row comes from, and has few values as a label has.
_ORIGINS = (
    "source", "channel", "split", "fold", "set", "lang", "language", "author", "user", "country", "date", "year",
    "month", "quelle", "kanal", "sprache", "autor", "land", "datum", "jahr", "monat",
)  # fmt: skip
_WEIGHTS = ("weight", "weights", "sample_weight", "confidence", "importance", "gewicht", "konfidenz")
_MOST_LABELS = 1000
_MOST_DESCRIBED = 50  # columns in a message
_LONGEST_LABEL = 60  # characters, on average
_NAMED, _CONTAINED = 3.0, 1.5  # what a telling name counts, and one that holds such a name


@dataclass(frozen=True)
class Roles:
    """Columns by what they are for, as a recipe names them.

    Attributes:
        text, label: Always there.
        text_pair, weight: None where no column is one.
        reasons: Why, by role.
        others: Columns that are left out.
        rivals: Those of them that could be the label as well.
    """

    text: str
    label: str
    text_pair: str | None
    weight: str | None
    reasons: Mapping[str, str]
    others: tuple[str, ...]
    rivals: tuple[str, ...] = ()


def guess_roles(
    columns: Sequence[Column],
    *,
    file: str,
    named: Mapping[str, str | None] = MappingProxyType({}),
) -> Roles:
    """What each column is for.

    Args:
        columns: All of the file's, with at least one row counted.
        file: Its name, for messages.
        named: Columns that the user chose, by role.

    Raises:
        DataError: A column that was named isn't there, or there is no label, or no text; says what each column holds.
    """
    by_name = {column.name: column for column in columns}
    chosen = {role: column for role, column in named.items() if column}
    _check_named(chosen, by_name, file=file)
    reasons = dict.fromkeys(chosen, "given")
    if len(columns) < 2:
        raise DataError(
            f"{file} has one column, {columns[0].name!r}, but text and label need one each.",
            where=file,
            hint="put text and label into separate columns, delimited by a comma, semicolon or tab",
        )
    if "label" not in chosen:
        label = _guess_label([column for column in columns if column.name not in chosen.values()], file=file)
        chosen["label"], reasons["label"] = label.name, _label_reason(label)
    _check_label(by_name[chosen["label"]], file=file)
    free = [column for column in columns if column.name not in chosen.values()]
    if "text" not in chosen:
        pair = None if "text_pair" in chosen else _named_pair(free)
        text = pair[0] if pair else _guess_text(free, columns, file=file)
        chosen["text"], reasons["text"] = text.name, _text_reason(text)
        if pair:
            chosen["text_pair"], reasons["text_pair"] = pair[1].name, f"named as the pair of {text.name!r}"
    if "weight" not in chosen and (heavy := _guess_weight(columns, set(chosen.values()))):
        chosen["weight"], reasons["weight"] = heavy.name, f"by its name; numbers of {heavy.least:g} or more"
    others = tuple(column.name for column in columns if column.name not in chosen.values())
    was_guessed = not named.get("label")
    rivals = tuple(name for name in others if was_guessed and _label_score(by_name[name]) > -math.inf)
    return Roles(
        chosen["text"], chosen["label"], chosen.get("text_pair"), chosen.get("weight"), reasons, others, rivals
    )


def _check_named(named: Mapping[str, str], columns: Mapping[str, Column], *, file: str) -> None:
    for name in named.values():
        if name not in columns:
            raise DataError(
                f"{file} has no column {name!r}.",
                where=file,
                hint=did_you_mean(name, columns) or f"the columns are: {_listed(tuple(columns))}",
            )
    if len(set(named.values())) < len(named):
        raise DataError(f"A column is given twice: {', '.join(named.values())}.", where=file)


def _guess_label(columns: Sequence[Column], *, file: str) -> Column:
    best = max(columns, key=_label_score, default=None)
    if best is not None and _label_score(best) > -math.inf:
        return best
    # A column that is called label and can't be one is what the user has to hear of.
    named = next((column for column in columns if _name_score(column.name, _LABELS) == _NAMED), None)
    if named is not None:
        _check_label(named, file=file)
    raise DataError(
        f"No column of {file} looks like labels, with few distinct values that repeat:",
        where=file,
        problems=_descriptions(columns),
        hint="set it with --label COLUMN",
    )


def _label_score(column: Column) -> float:
    fits = 2 <= column.distinct <= min(_MOST_LABELS, column.filled / 2) and column.mean_characters <= _LONGEST_LABEL
    if not fits or (column.is_numeric and any("." in value and not value.endswith(".0") for value in column.values)):
        return -math.inf
    named = _name_score(column.name, _LABELS) - _name_score(column.name, _ORIGINS)
    # Bare numbers are years and counts as often as labels.
    return named - column.is_numeric - math.log10(column.distinct)


def _check_label(column: Column, *, file: str) -> None:
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


def _guess_text(free: Sequence[Column], columns: Sequence[Column], *, file: str) -> Column:
    texts = [column for column in free if column.filled and not column.is_numeric]
    if not texts:
        raise DataError(
            f"No column of {file} looks like text:",
            where=file,
            problems=_descriptions(columns),
            hint="set it with --text COLUMN",
        )
    return max(texts, key=lambda column: math.log2(1 + column.mean_characters) + 0.5 * _name_score(column.name, _TEXTS))


def _named_pair(free: Sequence[Column]) -> tuple[Column, Column] | None:
    by_name = {column.name.lower(): column for column in free if column.filled and not column.is_numeric}
    return next((((by_name[one], by_name[two])) for one, two in _PAIRS if one in by_name and two in by_name), None)


def _guess_weight(columns: Sequence[Column], taken: set[str]) -> Column | None:
    fitting = (column for column in columns if column.name not in taken and column.is_numeric and column.least >= 0)
    return next((column for column in fitting if column.name.lower() in _WEIGHTS), None)


def _name_score(name: str, telling: Sequence[str]) -> float:
    lowered = name.lower().strip()
    if lowered in telling:
        return _NAMED
    return _CONTAINED if any(word in lowered for word in telling if len(word) > 1) else 0.0


def _label_reason(column: Column) -> str:
    named = "by its name; " if _name_score(column.name, _LABELS) else ""
    return f"{named}{column.distinct} distinct values, each repeated"


def _text_reason(column: Column) -> str:
    named = "by its name; " if _name_score(column.name, _TEXTS) else "longest texts; "
    return f"{named}{column.mean_characters:.0f} characters on average"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_DESCRIBED]) + (", …" if len(names) > _MOST_DESCRIBED else "")


def _descriptions(columns: Sequence[Column]) -> list[str]:
    """A line for each of the first columns."""
    lines = [f"{column.name}: {_described(column)}" for column in columns[:_MOST_DESCRIBED]]
    more = len(columns) - len(lines)
    return [*lines, *([f"… {more:,} more columns"] if more else [])]


def _described(column: Column) -> str:
    if not column.filled:
        return "empty"
    different = f"more than {MOST_DISTINCT:,}" if column.distinct == MOST_DISTINCT else f"{column.distinct:,}"
    kind = "numbers" if column.is_numeric else f"{column.mean_characters:.0f} characters on average"
    return f"{different} distinct values in {column.filled:,} rows, {kind}"
