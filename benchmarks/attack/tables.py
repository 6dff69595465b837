"""Files of labelled text as programs write them, drawn at random, with the rows that are in them.

What is in a file is known from the drawing of it, and never from reading it.
"""

import bz2
import csv
import gzip
import io
import json
import lzma
import random
from collections.abc import Callable
from typing import Literal, NamedTuple

import pyarrow as pa
from pyarrow import parquet

_WORDS = (
    *("the", "lamp", "is", "light", "and", "box", "arrived", "whole", "works", "fine", "after", "two", "months", "of"),
    *("use", "nobody", "answers", "phone", "number", "they", "give", "straße", "größer", "naïve", "café", "señor"),
    *("好", "的", "screen", "flickers", "when", "it", "warm"),
)
_NUMBERS, _BOOLEANS = ("1", "0"), ("true", "false")
_LABELS = (
    *(("good", "bad"), ("spam", "ham"), ("sehr gut", "mittel", "schlecht"), ("a", "b", "c", "d")),
    *(_NUMBERS, _BOOLEANS),
)
_HEADERS = (
    ("text", "label"),
    ("review body", "sentiment"),
    ("What did you like or dislike about your order? (open answer)", "How happy are you?"),
    ("comment", "2023"),
    ("message", "spam"),
    ("TEXT", "Class"),
)
_ENDS = ("\n", "\r\n", "\r")
_ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252")
_PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda content: pa.compress(content, codec="zstd", asbytes=True),
    "lz4": lambda content: pa.compress(content, codec="lz4", asbytes=True),
}
_ABOVE = ("", "", "", "sep", "title", "title and blank line")


class Table(NamedTuple):
    """A file and what is in it.

    Attributes:
        name: Of the file.
        content: Its bytes.
        columns: Those of text and label; None where nothing names them.
        rows: Text and label of each row; a number or a boolean may be written otherwise, and is the same label.
        told: Features of the file, for messages.
    """

    name: str
    content: bytes
    columns: tuple[str, str]
    rows: list[tuple[str, str]]
    told: str


def draw_table(dice: random.Random) -> Table:
    """A file of any kind."""
    rows = _rows(dice)
    kind = dice.choice(("csv", "csv", "csv", "tsv", "tsv", "semicolons", "jsonl", "parquet"))
    if kind == "jsonl":
        return _packed("jsonl", "".join(_json(row, dice) + "\n" for row in rows).encode(), rows, dice, ("json",))
    if kind == "parquet":
        return _parquet(rows, dice)
    return _delimited(kind, rows, dice)


def _rows(dice: random.Random) -> list[tuple[str, str]]:
    labels = dice.choice(_LABELS)
    count = dice.randint(12, 60)
    texts = [" ".join(dice.choices(_WORDS, k=dice.randint(3, 14))) + f" {number}" for number in range(count)]
    return [(text, labels[number % len(labels)]) for number, text in enumerate(texts)]


def _json(row: tuple[str, str], dice: random.Random) -> str:
    label = dice.choice([row[1], *({"1": (1, 1.0), "0": (0, 0.0), "true": (True,), "false": (False,)}.get(row[1], ()))])
    values = {"text": row[0], "label": label, "other": dice.choice([None, 1.5, [1], {"a": 2}])}
    return json.dumps(values, ensure_ascii=dice.random() < 0.5)


def _parquet(rows: list[tuple[str, str]], dice: random.Random) -> Table:
    texts, labels = zip(*rows, strict=True)
    kinds = [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())]
    kinds += [pa.int8(), pa.float64()] * (labels[0] in _NUMBERS) + [pa.bool_()] * (labels[0] in _BOOLEANS)
    kind = dice.choice(kinds)
    arrays = [pa.array(texts), pa.array(labels).cast(kind), pa.array([[1]] * len(rows)), pa.array(range(len(rows)))]
    names = ["text", "label", "list", "number"]
    if dice.random() < 0.3:
        arrays, names = [*arrays, pa.array(["x"] * len(rows))], [*names, "number"]
    sink = io.BytesIO()
    compression = dice.choice(["none", "snappy", "zstd", "gzip"])
    parquet.write_table(pa.Table.from_arrays(arrays, names), sink, compression=compression, row_group_size=17)
    return Table("a.parquet", sink.getvalue(), ("text", "label"), rows, f"parquet, {compression}")


def _delimited(kind: str, rows: list[tuple[str, str]], dice: random.Random) -> Table:
    delimiter = {"csv": ",", "tsv": "\t", "semicolons": ";"}[kind]
    encoding, end = dice.choice(_ENCODINGS), dice.choice(_ENDS)
    if encoding == "cp1252":
        rows = [(text.replace("好", "für").replace("的", "für"), label) for text, label in rows]
    quoting, rows = _quoted(kind, rows, dice, end=end)
    header = dice.choice(_HEADERS)
    index, empty = dice.random() < 0.2, dice.choice((0, 0, 0, 1, 2))
    twice = dice.random() < 0.2
    file = io.StringIO(newline="")
    above = dice.choice(_ABOVE) if kind != "tsv" else ""
    file.write(
        {"": "", "sep": f"sep={delimiter}{end}", "title": f"Survey of 2024{end}"}.get(above, f"Survey{end}{end}")
    )
    mark = None if quoting == csv.QUOTE_NONE else '"'
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting, quotechar=mark)
    note = ["note", "note"] * twice
    writer.writerow([*([""] * index), *header, *note, *[""] * empty])
    for number, row in enumerate(rows):
        cells = [row[0], _spelled(row[1], dice)]
        writer.writerow([*([str(number)] * index), *cells, *["x"] * len(note), *[""] * empty])
    told = (
        kind,
        encoding,
        repr(end),
        f"quoting {quoting}",
        above,
        *["index"] * index,
        *["twice"] * twice,
        f"{empty} empty",
    )
    suffix = "tsv" if kind == "tsv" else "csv"
    return _packed(suffix, file.getvalue().encode(encoding), rows, dice, told, columns=header)


def _spelled(label: str, dice: random.Random) -> str:
    """A label as a program may write it into a cell."""
    if label in _NUMBERS:
        return dice.choice((label, label, f"{label}.0"))
    return dice.choice((label, label.capitalize(), label.upper())) if label in _BOOLEANS else label


def _quoted(
    kind: str, rows: list[tuple[str, str]], dice: random.Random, *, end: str
) -> tuple[Literal[0, 1, 3], list[tuple[str, str]]]:
    """A style of quoting, and rows that show it."""
    style = dice.choice(("all", "minimal", "letters" if kind == "tsv" else "minimal"))
    rows = list(rows)
    if style == "letters":
        for place in dice.sample(range(len(rows)), k=dice.randint(0, 3)):
            text, label = rows[place]
            rows[place] = (dice.choice((f'"{text}', f'{text} 5"', f'"{text}" said', f'a 5" {text}')), label)
        return csv.QUOTE_NONE, rows
    quoting: Literal[0, 1] = csv.QUOTE_ALL if style == "all" else csv.QUOTE_MINIMAL
    for place in dice.sample(range(len(rows)), k=dice.randint(0, 6)):
        text, label = rows[place]
        marks = ('he said "no"', "one, two; three", '"whole"')
        # Python's writer quotes no line feed where a carriage return ends lines.
        has_lines = quoting == csv.QUOTE_ALL or (kind != "tsv" and end != "\r")
        lines = ("two\nlines", "a\nb\nc, d") if has_lines else ()
        rows[place] = (f"{dice.choice((*marks, *lines))} {text}", label)
    return quoting, rows


def _packed(
    suffix: str,
    content: bytes,
    rows: list[tuple[str, str]],
    dice: random.Random,
    told: tuple[str, ...],
    *,
    columns: tuple[str, str] = ("text", "label"),
) -> Table:
    packer = dice.choice(("", "", *_PACKERS))
    name = f"a.{suffix}{f'.{packer}' if packer and dice.random() < 0.5 else ''}"
    name = name.upper() if dice.random() < 0.2 else name
    content = _PACKERS[packer](content) if packer else content
    return Table(name, content, columns, rows, ", ".join((*filter(None, told), packer or "plain", name)))
