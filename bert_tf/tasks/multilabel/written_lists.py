"""Lists of labels that are written out in one cell of text."""

import ast
import json
import re
from collections.abc import Callable
from typing import Any

CHOICES = "choices"  # Label Studio's key for the labels of a text that has several
_LONGEST_LITERAL = 10_000  # characters
_PART = r"'[^'\\]*'|\"[^\"\\]*\"|[+-]?\d+"
# NumPy leaves no commas, where Python would take two strings for one, and breaks long lines.
_ARRAY = re.compile(rf"\[\s*(?:{_PART})(?:\s+(?:{_PART}))*\s*\]")
_BARE_SET = re.compile(r"\{[^{}\"':]*\}")


def parsed_list(text: str) -> list[Any] | None:
    """The list that a text is; None if it is none.

    JSON's, those that pandas leaves in CSV files, which are Python's (lists, tuples, sets) and NumPy's arrays, and
    PostgreSQL's arrays of plain names. Python's are read up to 10,000 characters: its parser is not made for hostile
    input.
    """
    text = text.strip()
    if text == "set()":
        return []
    if not text.startswith(("[", "(", "{")):
        return None
    if len(text) <= _LONGEST_LITERAL and _ARRAY.fullmatch(text):
        return [part.strip("'\"") for part in re.findall(_PART, text)]
    if _BARE_SET.fullmatch(text):
        parts = [part.strip() for part in text[1:-1].split(",")]
        return [] if parts == [""] else parts
    parsers: tuple[Callable[[str], Any], ...] = (json.loads, ast.literal_eval)
    for parse in parsers[: 2 if len(text) <= _LONGEST_LITERAL else 1]:
        try:
            found = parse(text)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            continue
        return _listed(found)
    return None


def _listed(found: object) -> list[Any] | None:
    match found:
        case dict() if list(found) == [CHOICES] and isinstance(found[CHOICES], list):
            return found[CHOICES]
        case list():
            return found
        case tuple():
            return list(found)
        case set():
            return sorted(found, key=str)
    return None
