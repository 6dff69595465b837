"""JSON lines: one object in each line."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice

import numpy as np
import pyarrow as pa

from bert_tf.data.lines import Line, NumberedLines, PlainLines, slices
from bert_tf.data.row_blocks import BlockItem, RowBlock, block_of
from bert_tf.data.rows import BadRow, Header, Item, Row
from bert_tf.errors import DataError

ROWS_FOR_HEADER = 100
TEXT = "text"  # the column of a text that stands before its object
_ARRAY = 'write it as [{"text": …, "label": …}, …], such as with pandas: to_json(FILE, orient="records")'
# Rows under a key, as many tools wrap them.
_INNER_ARRAY = re.compile(r'"(\w+)"\s*:\s*\[\s*[{\[]')
_TELLING = 10_000  # characters
_LEAST_LINES = 64  # that are faster in a block


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


def read_jsonl_blocks(lines: NumberedLines, *, name: str, wanted: Sequence[str]) -> Iterator[BlockItem]:
    """The same in blocks with the columns that are wanted; of equal lines, one is read."""
    rows = read_jsonl(lines, name=name)
    yield from islice(rows, 1 + ROWS_FOR_HEADER)
    while True:
        plain = lines.plain(mark=None, least=_LEAST_LINES)
        if plain is not None:
            lines.pass_over(len(plain))
            block = _block(plain, wanted)
            if len(block):
                yield block
        elif (row := next(rows, None)) is not None:
            yield row
        else:
            return


def _block(lines: PlainLines, wanted: Sequence[str]) -> RowBlock:
    found = slices(lines.content, lines.starts, lines.stops).dictionary_encode()
    texts = found.dictionary.cast(pa.string()).to_pylist()
    is_blank = np.array([not text.strip() for text in texts])
    codes = found.indices.to_numpy()
    filled = np.flatnonzero(~is_blank[codes])
    distinct = block_of(
        (parse_line(Line(0, text, 0)) for text, blank in zip(texts, is_blank, strict=True) if not blank), wanted=wanted
    )
    place_of = np.cumsum(~is_blank) - 1
    return replace(distinct.taken(place_of[codes[filled]]), numbers=filled + lines.number)


def check_is_lines(beginning: str, *, name: str, suffix: str) -> None:
    """Raises DataError for JSON that is no JSON lines: an array, or what is called .json."""
    if beginning.lstrip().startswith("[") and not _are_rows(beginning.lstrip().splitlines()[:2]):
        raise DataError(
            f"{name} is a JSON array; expected JSON Lines, one object per line.",
            where=name,
            hint="rename it to .json, which is read as an array",
        )
    spans_lines = _spans_lines(beginning)
    inner = _inner_array(beginning) if suffix == ".json" else None
    if inner is not None:
        raise DataError(
            f"{name} is JSON but no array of objects: its rows seem to be those of {inner!r}.",
            where=name,
            hint=f"write these alone, such as with jq .{inner} FILE > FILE.rows.json; or {_ARRAY}",
        )
    if suffix == ".json":
        raise DataError(
            f"{name} is JSON but no array of objects.",
            where=name,
            hint=_ARRAY
            if spans_lines
            else f"if it is JSON Lines, one object per line, rename it to .jsonl; else {_ARRAY}",
        )
    if spans_lines:
        raise DataError(
            f"{name} has objects over several lines; expected JSON Lines, one object per line.",
            where=name,
            hint="write each object in one line, such as with jq -c . FILE; or an array, in a file that ends in .json",
        )


def _inner_array(beginning: str) -> str | None:
    """The key of the first array of objects or arrays in an object that is the whole file; None without one."""
    if not _is_one_object(beginning):
        return None
    telling = beginning[:_TELLING]
    for found in _INNER_ARRAY.finditer(telling):
        before = telling[: found.start()]
        if sum(map(before.count, "{[")) - sum(map(before.count, "}]")) == 1:
            return found[1]
    return None


def _is_one_object(beginning: str) -> bool:
    """Whether the first object goes on to the end of what is known of a file."""
    start = beginning.lstrip()
    try:
        _, end = json.JSONDecoder().raw_decode(start)
    except (ValueError, RecursionError):
        end = len(start)
    return start.startswith("{") and not start[end:].strip()


def _spans_lines(beginning: str) -> bool:
    """Whether the first object goes on in the second line."""
    start = beginning.lstrip()
    if not start.startswith("{"):
        return False
    try:
        _, end = json.JSONDecoder().raw_decode(start)
    except (ValueError, RecursionError):
        return False
    return "\n" in start[:end]


def _are_rows(lines: Sequence[str]) -> bool:
    """Whether each line is an array of its own, and there is more than one."""
    try:
        return len(lines) > 1 and all(isinstance(json.loads(line), list) for line in lines)
    except (ValueError, RecursionError):
        return False


def _not_json(error: json.JSONDecodeError) -> str:
    if error.msg != "Extra data":
        return f"not JSON: {error.msg.removesuffix(' at')} at character {error.pos + 1}"
    rest = error.doc[error.pos :].strip()
    if rest.startswith("{"):
        return f"a second object at character {error.pos + 1}; write each in a line of its own"
    told = "a comma after the object" if rest == "," else "something after the value"
    return f"not JSON: {told}, at character {error.pos + 1}"


def parse_line(line: Line) -> Row | BadRow:
    """The object of a line, or why it makes no row."""
    if line.damage is not None:
        return line.damage
    try:
        values = json.loads(line.text)
    except json.JSONDecodeError as error:
        return BadRow(line.number, "bad JSON", _not_json(error))
    except ValueError:
        # Python reads no whole number of more than 4,300 digits: it would take quadratic time.
        return BadRow(line.number, "bad JSON", "a whole number has thousands of digits")
    except RecursionError:
        return BadRow(line.number, "bad JSON", "nested too deeply")
    return json_row(line.number, values)


def json_row(number: int, value: object) -> Row | BadRow:
    """The row of an object, or of a text and an object, as spaCy 2 writes examples: `["Ada", {"entities": …}]`."""
    match value:
        case dict():
            return Row(number, value)
        case [str(text), dict(rest)] if TEXT not in rest:
            return Row(number, {TEXT: text, **rest})
    return BadRow(number, "bad JSON", f"not an object in braces but {type(value).__name__}")
