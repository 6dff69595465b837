"""How labels are spelled: one form for whole numbers and booleans, and spellings that are probably one label."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from bert_tf.errors import DataError
from bert_tf.plurals import counted

# What programs write where a value is missing: str(float("nan")) and str(None) in Python, pandas, SQL, R, Excel.
MISSING_VALUES = frozenset({"nan", "NaN", "None", "NULL", "null", "<NA>", "NA", "N/A", "#N/A", "NaT"})
_MOST_TOLD = 5  # of labels that are probably one
_BOOLEANS = ("true", "false")
_BEGINS_A_VALUE = frozenset("tTfF-0123456789")  # a boolean or a whole number
_WHOLE = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.0*)?")
_WHOLE_PADDED = re.compile(r"([+-]?)0*([0-9]+)(?:\.0*)?")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?(e[+-]?[0-9]+)?", re.IGNORECASE)
# Variation selectors and fillers; most of what Unicode calls default-ignorable is of the category Cf.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | {chr(code) for code in range(0xFE00, 0xFE10)}


class Spelling(NamedTuple):
    """A label, or another value, as it is written.

    Attributes:
        value: As the rows have it.
        rows: How many of them.
        place: The first one, such as `reviews.csv:12`.
    """

    value: str
    rows: int
    place: str


@dataclass(frozen=True)
class AlikeLabels:
    """Labels of one `spelling_key`.

    Attributes:
        spellings: Two or more.
        name: What they were made; None where they still are labels of their own.
    """

    spellings: tuple[Spelling, ...]
    name: str | None = None


class Tally:
    """Counts values as rows are read, each with its first place."""

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}
        self._places: dict[str, str] = {}

    def add(self, value: str, place: str, *, rows: int = 1) -> None:
        """Count a value once more, or as often as rows have it, of which `place` is the first."""
        if value in self._rows:
            self._rows[value] += rows
        else:
            self._rows[value], self._places[value] = rows, place

    @property
    def spellings(self) -> list[Spelling]:
        """What was counted, in the order in which it was first seen."""
        return [Spelling(value, rows, self._places[value]) for value, rows in self._rows.items()]


class LabelNames:
    """The labels that a row may have, and the name that a spelling stands for.

    Args:
        names: In any order.
        merge: Whether a spelling that `spelling_key` doesn't tell from a name stands for it; else it is another label.
    """

    def __init__(self, names: Iterable[str], *, merge: bool) -> None:
        self.names = tuple(names)
        self.merges = merge
        self._by_key = {spelling_key(name) if merge else name: name for name in self.names}
        self._found: dict[str, str | None] = {}

    def name_of(self, label: str) -> str | None:
        """The name; None for a label that isn't one of them."""
        if not self.merges:
            return self._by_key.get(label)
        if label not in self._found:
            self._found[label] = self._by_key.get(spelling_key(label))
        return self._found[label]


def label_name(text: str) -> str:
    """The label that a text is: whole numbers and booleans in one spelling, as every format has it, the rest as it is.

    `1`, `1.0` and ` 1` are `1`, `True` is `true`. `01` stays, for it may be a code.
    """
    stripped = text.strip()
    if stripped[:1] not in _BEGINS_A_VALUE:
        return text
    if stripped.lower() in _BOOLEANS:
        return stripped.lower()
    number = _WHOLE.fullmatch(stripped)
    if number is None:
        return text
    return "0" if number[2] == "0" else number[1] + number[2]


def spelling_key(label: str) -> str:
    """Equal for labels that differ by case, by blanks at the ends or doubled, by what can't be seen, or by the form.

    This is Unicode's NFKC_Casefold (https://www.unicode.org/reports/tr44/#NFKC_Casefold), with runs of blanks as one,
    and whole numbers without a plus sign or zeros in front.
    """
    if label.isascii() and label.isprintable():
        key = " ".join(label.lower().split())
    else:
        visible = unicodedata.normalize("NFKC", "".join(filter(_is_visible, label)))
        key = " ".join(unicodedata.normalize("NFKC", visible.casefold()).split())
    number = _WHOLE_PADDED.fullmatch(key)
    return label_name(number[1].replace("+", "") + number[2]) if number else key


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen: blanks of all kinds and characters without a width."""
    if text.isascii() and text.isprintable():
        return not text or text.isspace()
    return not any(_is_visible(character) and not character.isspace() for character in text)


def alike(spellings: Iterable[Spelling]) -> list[list[Spelling]]:
    """Groups of two and more labels that are probably one; a label that is counted twice is added up first."""
    counted: dict[str, Spelling] = {}
    for spelling in spellings:
        known = counted.get(spelling.value)
        counted[spelling.value] = (
            spelling if known is None else Spelling(known.value, known.rows + spelling.rows, known.place)
        )
    # A list for those that have company only: there may be a million labels.
    first: dict[str, Spelling] = {}
    groups: dict[str, list[Spelling]] = {}
    for spelling in counted.values():
        key = spelling_key(spelling.value)
        alone = first.setdefault(key, spelling)
        if alone is not spelling:
            groups.setdefault(key, [alone]).append(spelling)
    return [groups[key] for key in first if key in groups]


def alike_labels(spellings: Iterable[Spelling], names: LabelNames) -> list[AlikeLabels]:
    """The groups of `alike`, with the name that they were made where names merge."""
    return [
        AlikeLabels(tuple(group), names.name_of(group[0].value) if names.merges else None) for group in alike(spellings)
    ]


def commonest(groups: Iterable[Sequence[Spelling]]) -> dict[str, str]:
    """For each spelling of the groups the one that most rows of its group have; of equals, the tidiest and first."""
    return {
        spelling.value: max(group, key=lambda one: (one.rows, one.value == _tidy(one.value))).value
        for group in groups
        for spelling in group
    }


def given_names(labels: Sequence[str], *, merge: bool, where: str = "data.labels") -> tuple[str, ...]:
    """The names that a recipe gives, in the spelling of `label_name`; `where` is the key that gives them.

    Raises:
        DataError: Two of them are one label.
    """
    names = tuple(map(label_name, labels))
    by_key: dict[str, str] = {}
    for name, written in zip(names, labels, strict=True):
        first = by_key.setdefault(spelling_key(name) if merge else name, written)
        if first is not written:
            raise DataError(
                f"{where} has {shown(first)} and {shown(written)}, which are the same label.",
                where=where,
                hint="remove one of them",
            )
    return names


def sorted_names(names: Iterable[str]) -> list[str]:
    """By value when all are numbers, else by text."""
    listed = sorted(names)
    if all(_NUMBER.fullmatch(name) for name in listed):
        return sorted(listed, key=Decimal)
    return listed


def shown(label: str) -> str:
    """In quotes, so that what can't be seen is: as an escape."""
    return repr(label) if unicodedata.is_normalized("NFC", label) else ascii(label)


def spelling_text(spelling: Spelling) -> str:
    """`'good ' (10 rows, first at a.csv:2)`."""
    rows = "1 row, at" if spelling.rows == 1 else f"{spelling.rows:,} rows, first at"
    return f"{shown(spelling.value)} ({rows} {spelling.place})"


def some(names: Sequence[str], *, most: int) -> str:
    """The first ones, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def label_notes(groups: Sequence[AlikeLabels], missing: Mapping[str, Sequence[Spelling]]) -> list[str]:
    """What a person should hear of labels that look like one, and of values that are only called "nan" and the like.

    Args:
        groups: Labels that look like one.
        missing: Such values, by what they are: texts, labels.
    """
    notes = []
    for group in groups[:_MOST_TOLD]:
        listed = some(list(map(spelling_text, group.spellings)), most=_MOST_TOLD)
        if group.name is None:
            notes.append(f"probably one label: {listed}; data.merge_labels = true merges them")
        else:
            notes.append(f"merged into label {shown(group.name)}: {listed} (data.merge_labels)")
    if len(groups) > _MOST_TOLD:
        notes.append(f"{counted(len(groups) - _MOST_TOLD, 'more group')} of similar labels; --json lists them")
    for kind, spellings in missing.items():
        notes += [
            f"{kind} that may stand for a missing value: {spelling_text(spelling)}; if so, leave these cells empty"
            for spelling in spellings
        ]
    return notes


def _is_visible(character: str) -> bool:
    return character not in _INVISIBLE and (unicodedata.category(character) not in ("Cc", "Cf") or character.isspace())


def _tidy(label: str) -> str:
    return " ".join(unicodedata.normalize("NFC", "".join(filter(_is_visible, label))).split())
