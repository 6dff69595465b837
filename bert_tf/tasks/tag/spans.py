"""Entities as annotation tools write them beside a text: where each begins and ends, in characters, and its type."""

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeGuard

from bert_tf.data.checks import Refusal, check_text
from bert_tf.data.label_cell import check_name

# First character, the one behind the last, type; sorted by place.
Span = tuple[int, int, str]
Spans = tuple[Span, ...]

_STARTS, _ENDS = ("start", "start_offset", "begin"), ("end", "end_offset", "stop")
_TYPES = ("label", "labels", "type", "entity", "entity_group", "entity_type")
_OF_THE_TEXT = {"choices", "text", "rating"}  # what Label Studio has of other questions
_RELATION = {"from_id", "to_id"}  # what it has of two entities
_CANCELLED = "was_cancelled"
_KEYS = (_STARTS, _ENDS, _TYPES)
_MOST_DIGITS = 9
_WRAPPED = ("entities", "spans", "result", "labels", "label")
_SHOWN = 40


class _Mark(NamedTuple):
    """An entity as a tool wrote it, with its own text if it has one."""

    span: Span
    quoted: str | None

    def fits(self, text: str) -> bool:
        """Whether its text is where it says, but for blanks."""
        start, end, _ = self.span
        return self.quoted is None or text[max(start, 0) : max(end, 0)].split() == self.quoted.split()


def read_spans(column: str, cell: object, text: str) -> Spans | Refusal:
    """The entities of a cell: `[[0, 5, "PER"]]` (doccano), `[{"start": 0, "end": 5, "label": "PER"}]` (Prodigy, Label
    Studio), `{"entities": [[0, 5, "PER"]]}` (spaCy), or any of these as JSON in a string; an empty cell has none.

    Where marks have their own texts, these have to be found at their places, which may be counted in UTF-16 as Label
    Studio does (HumanSignal/label-studio#1347).

    Args:
        column: Its name.
        cell: Its value.
        text: That the entities are in.
    """
    listed = _listed(column, cell)
    if isinstance(listed, Refusal):
        return listed
    marks: list[_Mark] = []
    for each in listed:
        span = _span(column, each)
        if isinstance(span, Refusal):
            return span
        if span is not None:
            marks.append(_Mark(span, _quoted(each)))
    found: list[Span] = []
    for mark in _in_characters(marks, text):
        inside = _inside(column, mark, text)
        if isinstance(inside, Refusal):
            return inside
        found.append(inside)
    return _apart(column, sorted(set(found)), text)


def _listed(column: str, cell: object) -> Sequence[Any] | Refusal:
    if cell is None or cell == "" or cell == b"":
        return ()
    if isinstance(cell, str | bytes):
        written = check_text(column, cell)
        if isinstance(written, Refusal):
            return () if written.reason == "empty text" else written
        try:
            cell = json.loads(written)
        except (ValueError, RecursionError):
            return _no_spans(column, written.decode())
    if isinstance(cell, dict):
        inner = unwrapped(cell)
        cell = cell if inner is None else inner
    if are_annotations(cell):
        made = finished(cell)
        if len(made) > 1:
            return Refusal("several annotations", f"{column} has {len(made)} annotations of this text")
        cell = made[0]["result"] if made else []
    return cell if isinstance(cell, list) else _no_spans(column, cell)


def are_annotations(cell: object) -> TypeGuard[list[dict[str, Any]]]:
    """Whether a cell is what Label Studio's users have made of a text, each a list of marks."""
    return isinstance(cell, list) and bool(cell) and all(isinstance(one, dict) and "result" in one for one in cell)


def finished(annotations: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that their user has not skipped."""
    return [one for one in annotations if not one.get(_CANCELLED)]


def unwrapped(cell: Mapping[str, Any]) -> list[Any] | None:
    """The entities of an object that has nothing else, such as spaCy's; None where there are none."""
    columns = _of_columns(cell)
    if columns is not None:
        return columns
    return next((cell[key] for key in _WRAPPED if isinstance(cell.get(key), list)), None)


def _of_columns(cell: Mapping[str, Any]) -> list[tuple[Any, ...]] | None:
    """Entities whose starts, ends and types are lists of their own, as Hugging Face's datasets keep a sequence."""
    parts = [next((cell[key] for key in keys if isinstance(cell.get(key), list)), None) for keys in _KEYS]
    lists = [part for part in parts if part is not None]
    return list(zip(*lists, strict=True)) if len(lists) == len(_KEYS) and len(set(map(len, lists))) == 1 else None


def _span(column: str, written: object) -> Span | Refusal | None:
    """One entity; None for a mark that is none, such as an answer about the whole text."""
    parts: Sequence[Any] = written if isinstance(written, list | tuple) else ()
    if isinstance(written, dict):
        named: dict[str, Any] = written["value"] if isinstance(written.get("value"), dict) else written
        if set(named) >= _RELATION or (not any(key in named for key in _STARTS) and set(named) & _OF_THE_TEXT):
            return None
        parts = [next((named[key] for key in keys if key in named), None) for keys in _KEYS]
    if len(parts) != 3:
        return _no_spans(column, written)
    start, end, kind = _place(parts[0]), _place(parts[1]), parts[2]
    if start is None or end is None:
        return _no_spans(column, written)
    if isinstance(kind, list) and len(kind) == 1:
        kind = kind[0]
    if isinstance(kind, list) and kind and all(isinstance(each, str) for each in kind):
        message = f"{column} has a mark with {len(kind)} labels, {' and '.join(kind)}: {_shown(written)}"
        return Refusal("several labels", message)
    name = check_name(column, kind)
    if isinstance(name, Refusal):
        return Refusal("entity without a type", f"{column} has an entity without a type: {_shown(written)}")
    return start, end, name


def _place(value: object) -> int | None:
    """A number of characters; pandas makes a float of it where another row has none, and others a string."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.isdecimal() and len(value) <= _MOST_DIGITS:
        return int(value)
    return value if type(value) is int else None


def _quoted(written: object) -> str | None:
    """What a mark says that its text is; None where it doesn't."""
    if not isinstance(written, dict):
        return None
    named = written["value"] if isinstance(written.get("value"), dict) else written
    return named["text"] if isinstance(named.get("text"), str) else None


def _in_characters(marks: Sequence[_Mark], text: str) -> Sequence[_Mark]:
    """The marks with their places in characters, where they are counted in UTF-16; else as they are."""
    if text.isascii() or all(mark.fits(text) for mark in marks):
        return marks
    units = text.encode("utf-16-le", "surrogatepass")
    try:
        places = [[len(units[: 2 * place].decode("utf-16-le")) for place in mark.span[:2]] for mark in marks]
    except UnicodeDecodeError:  # half of a character
        return marks
    moved = [_Mark((start, end, mark.span[2]), mark.quoted) for (start, end), mark in zip(places, marks, strict=True)]
    return moved if all(mark.fits(text) for mark in moved) else marks


def _inside(column: str, mark: _Mark, text: str) -> Span | Refusal:
    start, end, kind = mark.span
    if not 0 <= start <= end <= len(text):
        message = f"{column} has {kind} from {start} to {end}, but the text has {len(text):,} characters"
        return Refusal("outside the text", message)
    within = text[start:end]
    if not within.strip():
        return Refusal("empty entity", f"{column} has {kind} from {start} to {end}, where no word is: {within!r}")
    if not mark.fits(text):
        message = (
            f"{column} has {kind} from {start} to {end}, where {_shown(within)} is, but marks {_shown(mark.quoted)}"
        )
        return Refusal("another text", message)
    # Tools let people mark the blank beside a word.
    return start + len(within) - len(within.lstrip()), end - len(within) + len(within.rstrip()), kind


def _apart(column: str, spans: Sequence[Span], text: str) -> Spans | Refusal:
    for one, other in pairwise(spans):
        if other[0] < one[1]:
            both = " and ".join(f"{kind} {_shown(text[start:end])}" for start, end, kind in (one, other))
            return Refusal("overlapping entities", f"{column} has {both}, which overlap at character {other[0]}")
    return tuple(spans)


def _no_spans(column: str, value: object) -> Refusal:
    message = f"{column} is {_shown(value)}, no list of entities with start, end and label"
    return Refusal("no entities", message)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
