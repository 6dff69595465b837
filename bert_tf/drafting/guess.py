"""Which columns of a file are text, second text, label and weight, by their names and by what they hold."""

import dataclasses
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from bert_tf.data.survey import Column, describe_columns, listed_columns, name_score
from bert_tf.drafting.telling_columns import is_split, telling_notes, whole_export
from bert_tf.errors import DataError
from bert_tf.nearest_name import did_you_mean
from bert_tf.tasks.table import TASKS
from bert_tf.tasks.target_draft import Guess, UnreadableLabelsError

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
_SECOND = re.compile(r"1(?!.*1)|(?<=[_ -])a$")  # what tells two columns of texts apart
_LEAST_CHARACTERS = 15  # of texts, on average
_WEIGHTS = ("weight", "weights", "sample_weight", "confidence", "importance", "gewicht", "konfidenz")


@dataclass(frozen=True)
class Roles:
    """Columns by what they are for, as a recipe names them.

    Attributes:
        task: Whose labels they look like.
        text: Always there.
        labels: One column or more.
        text_pair, weight: None where no column is one.
        reasons: Why, by role.
        others: Columns that are left out.
        rivals: Those of them that could be the label as well.
        settings: How labels are written, as of `Guess`.
        notes: What columns tell that are left out.
    """

    task: str
    text: str
    labels: tuple[str, ...]
    text_pair: str | None
    weight: str | None
    reasons: Mapping[str, str]
    others: tuple[str, ...]
    rivals: tuple[str, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


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
    _check_two(columns, file=file)
    reasons = dict.fromkeys(chosen, "given")
    given = chosen.pop("label", None)
    asked = [by_name[given]] if given else [column for column in columns if column.name not in chosen.values()]
    task, label = _guess_label(asked, file=file, is_given=given is not None)
    reasons.setdefault("label", label.reason)
    if label.text is not None and "text" not in chosen:
        chosen["text"], reasons["text"] = label.text, "the text of these labels"
    for role, (name, reason) in _guess_others(columns, chosen, label.columns, file=file).items():
        chosen[role], reasons[role] = name, reason
    others = tuple(name for name in by_name if name not in (*chosen.values(), *label.columns))
    could_be = TASKS[task].draft().could_be
    rivals = [name for name in others if not given and could_be(by_name[name]) and not is_split(by_name[name])]
    pair_and_weight = chosen.get("text_pair"), chosen.get("weight")
    roles = Roles(task, chosen["text"], label.columns, *pair_and_weight, reasons, others, tuple(rivals), label.settings)
    # What annotators said is of use where entities are read.
    unused = [name for name in others if task != "tag" or is_split(by_name[name])]
    return dataclasses.replace(roles, notes=tuple(telling_notes(by_name, unused)))


def _check_two(columns: Sequence[Column], *, file: str) -> None:
    if columns[0].values and all("::" in value for value in columns[0].values):
        raise DataError(
            f"The fields of {file} are divided by '::', but a delimiter is a single character.",
            where=file,
            hint="write tabs instead, such as with sed 's/::/\\t/g' FILE > FILE.tsv",
        )
    if len(columns) < 2:
        raise DataError(
            f"{file} has one column, {columns[0].name!r}, but text and label need one each.",
            where=file,
            hint="put text and label into separate columns, delimited by a comma, semicolon or tab",
        )


def _guess_others(
    columns: Sequence[Column], chosen: Mapping[str, str], labels: Sequence[str], *, file: str
) -> dict[str, tuple[str, str]]:
    """Name and reason of each column that is neither chosen nor a label and has a role, by role."""
    found: dict[str, tuple[str, str]] = {}
    free = [column for column in columns if column.name not in (*chosen.values(), *labels)]
    if "text" not in chosen:
        pair = None if "text_pair" in chosen else _named_pair(free)
        text = pair[0] if pair else _guess_text(free, columns, file=file)
        found["text"] = text.name, _text_reason(text)
        if pair:
            is_known = (pair[0].name.lower(), pair[1].name.lower()) in _PAIRS
            why = f"named as the pair of {text.name!r}" if is_known else f"texts too, and named like {text.name!r}"
            found["text_pair"] = pair[1].name, why
    taken = {name for name, _ in found.values()}
    heavy = _guess_weight([column for column in free if column.name not in taken])
    if heavy and "weight" not in chosen:
        found["weight"] = heavy.name, f"by its name; numbers of {heavy.least:g} or more"
    return found


def _check_named(named: Mapping[str, str], columns: Mapping[str, Column], *, file: str) -> None:
    for name in named.values():
        if name not in columns:
            raise DataError(
                f"{file} has no column {name!r}.",
                where=file,
                hint=did_you_mean(name, columns) or f"the columns are: {listed_columns(tuple(columns))}",
            )
    if len(set(named.values())) < len(named):
        raise DataError(f"A column is given twice: {', '.join(named.values())}.", where=file)


def _guess_label(columns: Sequence[Column], *, file: str, is_given: bool) -> tuple[str, Guess]:
    """The most certain guess of all tasks, with the task; where none guesses, what the first of them says.

    Labels that are written as no recipe reads them are an error unless a guess is more certain.
    """
    guesses, problems, unreadable = {}, list[DataError](), list[UnreadableLabelsError]()
    for name, task in TASKS.items():
        try:
            guesses[name] = task.draft().guess(columns, file=file, is_given=is_given)
        except UnreadableLabelsError as problem:
            unreadable.append(problem)
        except DataError as problem:
            problems.append(problem)
    surest = max(unreadable, key=lambda problem: problem.certainty, default=None)
    if surest is not None and all(guess.certainty < surest.certainty for guess in guesses.values()):
        raise surest
    if not guesses:
        raise whole_export(columns, file=file) or problems[0]
    return max(guesses.items(), key=lambda guess: guess[1].certainty)


def _guess_text(free: Sequence[Column], columns: Sequence[Column], *, file: str) -> Column:
    texts = [column for column in free if column.filled and not column.is_numeric]
    if not texts:
        raise DataError(
            f"No column of {file} looks like text:",
            where=file,
            problems=describe_columns(columns),
            hint="set it with --text COLUMN",
        )
    return max(texts, key=lambda column: math.log2(1 + column.mean_characters) + 0.5 * name_score(column.name, _TEXTS))


def _named_pair(free: Sequence[Column]) -> tuple[Column, Column] | None:
    by_name = {column.name.lower(): column for column in free if column.filled and not column.is_numeric}
    # Of names that differ by a number or a letter only, such as "#1 String" and "#2 String", both hold texts.
    numbered = [(name, _SECOND.sub(_second, name)) for name, column in by_name.items() if _is_text(column)]
    pairs = [
        *_PAIRS,
        *((one, two) for one, two in numbered if one != two and two in by_name and _is_text(by_name[two])),
    ]
    return next((((by_name[one], by_name[two])) for one, two in pairs if one in by_name and two in by_name), None)


def _second(found: re.Match[str]) -> str:
    return {"1": "2", "a": "b"}[found[0]]


def _is_text(column: Column) -> bool:
    return column.mean_characters >= _LEAST_CHARACTERS and column.distinct > column.values.total() / 2


def _guess_weight(free: Sequence[Column]) -> Column | None:
    fitting = (column for column in free if column.is_numeric and column.least >= 0)
    return next((column for column in fitting if column.name.lower() in _WEIGHTS), None)


def _text_reason(column: Column) -> str:
    named = "by its name; " if name_score(column.name, _TEXTS) else "longest texts; "
    return f"{named}{column.mean_characters:.0f} characters on average"
