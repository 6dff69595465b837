"""Cells of a user's file as the lists that they are: of words, of their tags, or of entities."""

import ast
import json
import re
from collections.abc import Sequence

from bert_tf.data.survey import MOST_DISTINCT, Column
from bert_tf.tasks.tag.spans import unwrapped
from bert_tf.tasks.tag.written_tags import written_tags

WORDS = ("tokens", "token", "words", "word", "tokenized_text")
_TAG = re.compile(r"O|[BIMESLUW]-.+", re.DOTALL)
_LOOKED_AT, _CHARACTERS = 50, 1_000_000  # values of a column, and how much of it is parsed


def listed_cells(column: Column) -> list[list[object]]:
    """The first different cells as lists, without the longest of a column that is long altogether; none where one is no
    list. Lists were counted as Python writes them."""
    found: list[list[object]] = []
    characters = 0
    for value in sorted(list(column.values)[:_LOOKED_AT], key=len):
        characters += len(value)
        if found and characters > _CHARACTERS:
            break
        listed = _list_of(value)
        if listed is None:
            return []
        found.append(listed)
    return found


def count_parts(column: Column) -> int | None:
    """How many parts the lists of all rows have; None where that isn't known, or a cell is no list."""
    found = 0
    for value, rows in column.values.items():
        listed = _list_of(value)
        if listed is None:
            return None
        found += rows * len(listed)
    return found if column.distinct < MOST_DISTINCT else None


def _list_of(value: str) -> list[object] | None:
    if not value.startswith(("[", "{")):
        return None
    for parse in (json.loads, ast.literal_eval):
        try:
            found = parse(value)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(found, dict):
            found = unwrapped(found)
        return found if isinstance(found, list) else None
    return None


def holds_tags(column: Column) -> bool:
    """Whether its cells are lists of tags, or tags between blanks; some have several."""
    lists = listed_cells(column)
    if lists:
        return _are_tags(lists)
    cells = sorted(list(column.values)[:_LOOKED_AT], key=len)
    found = [written_tags(cell) for cell in cells]
    several = any(listed is not None and len(listed) > 1 for listed in found)
    return several and all(listed is not None for listed in found) and column.distinct > 1


def _are_tags(lists: Sequence[list[object]]) -> bool:
    tags = {tag for listed in lists for tag in listed if isinstance(tag, str)}
    are_all = all(isinstance(tag, str) and _TAG.fullmatch(tag) for listed in lists for tag in listed)
    return are_all and len(tags) > 1
