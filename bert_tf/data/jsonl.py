"""JSON lines: one object in each line."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from bert_tf.data.delimited import BYTE_ORDER_MARK
from bert_tf.data.rows import BadRow, Header, Item, Row

ROWS_FOR_HEADER = 100


def read_jsonl(lines: Iterable[bytes], *, name: str) -> Iterator[Item]:
    """The header, made of the keys of the first 100 objects, then each object. Blank lines are passed over.

    Args:
        lines: The file's lines, UTF-8.
        name: What the file is called.
    """
    rows = (_parse(number, line) for number, line in enumerate(lines, start=1) if line.strip())
    first = list(islice(rows, ROWS_FOR_HEADER))
    columns = dict.fromkeys(key for row in first if isinstance(row, Row) for key in row.values)
    # When none of them is an object, the lines are what is wrong, not the columns: each says so for itself.
    if columns:
        yield Header(name, tuple(columns))
    yield from chain(first, rows)


def _parse(number: int, line: bytes) -> Row | BadRow:
    if number == 1:
        line = line.removeprefix(BYTE_ORDER_MARK)
    try:
        values = json.loads(line.decode())
    except UnicodeDecodeError as error:
        message = f"not UTF-8: byte {error.start + 1} of this line is 0x{line[error.start]:02x}"
        return BadRow(number, "bad UTF-8", message)
    except json.JSONDecodeError as error:
        return BadRow(number, "bad JSON", f"not JSON: {error.msg} at character {error.pos + 1}")
    except RecursionError:
        return BadRow(number, "bad JSON", "nested too deeply")
    if not isinstance(values, dict):
        return BadRow(number, "bad JSON", f"not an object in braces, but {type(values).__name__}")
    return Row(number, values)
