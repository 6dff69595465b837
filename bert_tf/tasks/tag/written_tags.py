"""Tags of words that are written out in one cell of text: `B-PER I-PER O`, or a list as JSON or Python writes it."""

import ast
import json
import re

_TAG = re.compile(r"O|[BIMESLUW]-\S+")
_LONGEST_LITERAL = 100_000  # characters: Python's parser is not made for hostile input


def written_tags(cell: str | bytes) -> list[str] | None:
    """The tags of a cell; None where it is something else, such as entities with their places."""
    text = cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell
    tags = _written_list(text) or text.split()
    return tags if tags and all(map(_TAG.fullmatch, tags)) else None


def written_words(cell: str | bytes) -> list[str] | bytes:
    """The words of a cell that stands beside tags; what is not UTF-8 stays as it is."""
    try:
        text = cell.decode() if isinstance(cell, bytes) else cell
    except UnicodeDecodeError:
        return bytes(cell) if isinstance(cell, bytes) else []
    return _written_list(text) or text.split()


def _written_list(text: str) -> list[str] | None:
    """The list of strings that a text is; None where it is none."""
    text = text.strip()
    if not text.startswith("["):
        return None
    for parse in (json.loads, ast.literal_eval) if len(text) <= _LONGEST_LITERAL else (json.loads,):
        try:
            found = parse(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        is_list = isinstance(found, list) and all(isinstance(part, str) for part in found)
        return found if is_list else None
    return None
