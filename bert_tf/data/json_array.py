"""A JSON array of objects, on one line or on many: each object is a row."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from bert_tf.data.jsonl import ROWS_FOR_HEADER
from bert_tf.data.lines import Line
from bert_tf.data.rows import BadRow, Header, Item, Row
from bert_tf.errors import DataError

_BETWEEN = " \t\r\n,"


def read_json_array(lines: Iterable[Line], *, name: str, max_row_bytes: int) -> Iterator[Item]:
    """The header, made of the keys of the first 100 objects, then each object with the line where it begins.

    Args:
        lines: The file's lines, the first of which begins with a bracket.
        name: What the file is called.
        max_row_bytes: Longest object; no more than that is kept, however it is broken into lines.

    Raises:
        DataError, while it is read: it is no JSON, or an object is longer. What stands behind can't be told apart.
    """
    rows = (_row(number, value) for number, value in _values(lines, name=name, limit=max_row_bytes))
    first = list(islice(rows, ROWS_FOR_HEADER))
    columns = dict.fromkeys(key for row in first if isinstance(row, Row) for key in row.values)
    yield Header(name, tuple(columns))
    yield from chain(first, rows)


def _row(number: int, value: object) -> Row | BadRow:
    if isinstance(value, dict):
        return Row(number, value)
    return BadRow(number, "bad JSON", f"not an object in braces but {type(value).__name__}")


def _values(lines: Iterable[Line], *, name: str, limit: int) -> Iterator[tuple[int, object]]:
    """The array's values, each with the number of its first line."""
    decoder, waiting, begun, is_open, is_closed = json.JSONDecoder(), "", 1, False, False
    for line in lines:
        if line.damage is not None:
            raise DataError(f"{name} can't be read: {line.damage.message}.", where=f"{name}:{line.number}")
        if not waiting:
            begun = line.number
        waiting += line.text
        place = 0
        while True:
            place = _skip(waiting, place)
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
                value, place = decoder.raw_decode(waiting, place)
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


def _skip(text: str, place: int) -> int:
    while place < len(text) and text[place] in _BETWEEN:
        place += 1
    return place


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
