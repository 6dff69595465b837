"""JSON lines: one object in each line."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from bert_tf.data.lines import Line
from bert_tf.data.rows import BadRow, Header, Item, Row
from bert_tf.errors import DataError

ROWS_FOR_HEADER = 100


def read_jsonl(lines: Iterable[Line], *, name: str) -> Iterator[Item]:
    """The header, made of the keys of the first 100 objects, then each object. Blank lines are passed over.

    Args:
        lines: The file's lines.
        name: What the file is called.
    """
    rows = (parse_line(line) for line in lines if line.damage is not None or line.text.strip())
    first = list(islice(rows, ROWS_FOR_HEADER))
    columns = dict.fromkeys(key for row in first if isinstance(row, Row) for key in row.values)
    # When none of them is an object, the lines are what is wrong, not the columns: each says so for itself.
    yield Header(name, tuple(columns))
    yield from chain(first, rows)


def check_is_lines(beginning: str, *, name: str, suffix: str) -> None:
    """Raises DataError for JSON that is no JSON lines: an array, or what is called .json."""
    if beginning.lstrip().startswith("[") and not _are_rows(beginning.lstrip().splitlines()[:2]):
        raise DataError(
            f"{name} is a JSON array; expected JSON Lines, one object per line.",
            where=name,
            hint="rename it to .json, which is read as an array",
        )
    if suffix == ".json":
        raise DataError(
            f"{name} is JSON but no array of objects.",
            where=name,
            hint="if it is JSON Lines, one object per line, rename it to .jsonl",
        )


def _are_rows(lines: Sequence[str]) -> bool:
    """Whether each line is an array of its own, and there is more than one."""
    try:
        return len(lines) > 1 and all(isinstance(json.loads(line), list) for line in lines)
    except (ValueError, RecursionError):
        return False


def parse_line(line: Line) -> Row | BadRow:
    """The object of a line, or why it makes no row."""
    if line.damage is not None:
        return line.damage
    try:
        values = json.loads(line.text)
    except json.JSONDecodeError as error:
        return BadRow(line.number, "bad JSON", f"not JSON: {error.msg} at character {error.pos + 1}")
    except ValueError:
        # Python reads no whole number of more than 4,300 digits: it would take quadratic time.
        return BadRow(line.number, "bad JSON", "a whole number has thousands of digits")
    except RecursionError:
        return BadRow(line.number, "bad JSON", "nested too deeply")
    if not isinstance(values, dict):
        return BadRow(line.number, "bad JSON", f"not an object in braces but {type(values).__name__}")
    return Row(line.number, values)
