"""A JSON array of objects, on one line or on many: each object is a row."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from bert_tf.data.jsonl import ROWS_FOR_HEADER, json_row
from bert_tf.data.lines import Line
from bert_tf.data.row_blocks import BlockItem, Cells, RowBlock, once
from bert_tf.data.rows import BadRow, Header, Row
from bert_tf.errors import DataError

_OTHER = re.compile(r"[^ \t\r\n,]")  # than what stands between values
_LEAST_VALUES, _MOST_VALUES = 64, 4096  # that are faster in a block, and of a block


def read_json_array(lines: Iterable[Line], *, name: str, max_row_bytes: int) -> Iterator[BlockItem]:
    """The header, made of the keys of the first 100 objects, then each object with the line where it begins.

    Many values in a row that are no objects, or empty ones, come in blocks.

    Args:
        lines: The file's lines, the first of which begins with a bracket.
        name: What the file is called.
        max_row_bytes: Longest object; no more than that is kept, however it is broken into lines.

    Raises:
        DataError, while it is read: it is no JSON, or an object is longer. What stands behind can't be told apart.
    """
    values = _values(lines, name=name, limit=max_row_bytes)
    first = [json_row(number, value) for number, value in islice(values, ROWS_FOR_HEADER)]
    columns = dict.fromkeys(key for row in first if isinstance(row, Row) for key in row.values)
    yield Header(name, tuple(columns))
    yield from first
    yield from _rows(values)


def _rows(values: Iterable[tuple[int, object]]) -> Iterator[BlockItem]:
    numbers, kinds = list[int](), list[type]()
    for number, value in values:
        row = json_row(number, value) if isinstance(value, dict | list) and value else None
        is_row = isinstance(row, Row)
        if not is_row:
            numbers.append(number)
            kinds.append(type(value))
        if is_row or len(numbers) == _MOST_VALUES:
            yield from _without_cells(numbers, kinds)
            numbers, kinds = [], []
        if isinstance(row, Row):
            yield row
    yield from _without_cells(numbers, kinds)


def _without_cells(numbers: Sequence[int], kinds: Sequence[type]) -> Iterator[BlockItem]:
    """The rows of values that are no objects, or empty ones."""
    if len(numbers) < _LEAST_VALUES:
        yield from (json_row(number, kind()) for number, kind in zip(numbers, kinds, strict=True))
        return
    found, codes = once(kinds)
    empty = [json_row(0, kind()) for kind in found]
    bad = [(row.reason, row.message) if isinstance(row, BadRow) else ("", "") for row in empty]
    is_empty = np.array([kind is dict for kind in found])
    lines = np.ones(len(numbers), np.int64)
    yield RowBlock(np.array(numbers, np.int64), lines, {}, Cells(bad, np.where(is_empty[codes], -1, codes)))


def _values(lines: Iterable[Line], *, name: str, limit: int) -> Iterator[tuple[int, object]]:
    """The array's values, each with the number of its first line."""
    decode, search = json.JSONDecoder().raw_decode, _OTHER.search
    waiting, begun, is_open, is_closed = "", 1, False, False
    for line in lines:
        if line.damage is not None:
            raise DataError(f"{name} can't be read: {line.damage.message}.", where=f"{name}:{line.number}")
        if not waiting:
            begun = line.number
        waiting += line.text
        place = 0
        while True:
            following = search(waiting, place)
            place = len(waiting) if following is None else following.start()
            if not is_open:
                is_open, place = True, place + 1
                continue
            if is_closed or place == len(waiting):
                break
            if waiting[place] == "]":
                is_closed, place = True, place + 1
                continue
            # What was waiting began in an earlier line; what follows it in this one begins here.
            number = begun if place < len(waiting) - len(line.text) else line.number
            # To try again at each line of a long list would take quadratic time.
            if number != line.number and waiting[place] == "{" and "}" not in line.text:
                break
            try:
                value, place = decode(waiting, place)
            except (ValueError, RecursionError) as error:
                if _may_go_on(error, waiting):
                    begun = number
                    break
                raise _broken(name, number, error) from error
            yield number, value
        waiting = waiting[place:]
        if len(waiting) > limit:
            raise DataError(
                f"{name} has an object longer than {limit:,} bytes.",
                where=f"{name}:{begun}",
                hint="data.max_row_bytes allows more",
            )
    if waiting.strip() or not is_closed:
        what = "goes on behind its end" if is_closed else "ends before its last bracket"
        raise DataError(f"{name} is no whole JSON array: it {what}.", where=f"{name}:{begun}")


def _may_go_on(error: Exception, waiting: str) -> bool:
    """Whether an object only lacks what the next line has."""
    return isinstance(error, json.JSONDecodeError) and error.pos >= len(waiting.rstrip())


def _broken(name: str, number: int, error: Exception) -> DataError:
    reason = (
        error.msg if isinstance(error, json.JSONDecodeError) else "it is nested too deeply or has too long a number"
    )
    return DataError(
        f"{name} is no JSON array: {reason}.", where=f"{name}:{number}", hint="write it again as JSON Lines"
    )
