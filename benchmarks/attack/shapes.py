"""Files of a size that are as bad as files of that size can be: columns, labels, lines and quotes without number."""

import itertools
import json
import pathlib
from collections.abc import Callable, Iterable

import pyarrow as pa
from pyarrow import parquet

_COLUMNS = 60_000


def _columns(path: pathlib.Path, size: int, cell: Callable[[int], str]) -> None:
    names = ",".join(f"c{number}" for number in range(_COLUMNS))
    cells = (",".join(map(cell, range(row * _COLUMNS, (row + 1) * _COLUMNS))) for row in itertools.count())
    rows = (f"text {row},{'ab'[row % 2]},{more}" for row, more in enumerate(cells))
    _write(path, size, [f"text,label,{names}"], rows)


def _columns_of_ones(path: pathlib.Path, size: int) -> None:
    _columns(path, size, lambda number: "1")


def _columns_of_numbers(path: pathlib.Path, size: int) -> None:
    _columns(path, size, str)


def _columns_of_json(path: pathlib.Path, size: int) -> None:
    values = {f"c{number}": 1 for number in range(_COLUMNS)}
    _write(path, size, [], (_object(row, **values) for row in itertools.count()))


def _columns_of_parquet(path: pathlib.Path, size: int) -> None:
    rows = 60
    arrays = [pa.array([f"text {row}" for row in range(rows)]), pa.array(["a", "b"] * (rows // 2))]
    names = ["text", "label", *(f"c{number}" for number in range(size * _COLUMNS // 10_000_000))]
    arrays += [pa.array(["x"] * rows)] * (len(names) - len(arrays))
    parquet.write_table(pa.Table.from_arrays(arrays, names), path, write_statistics=False)


def _one_text(path: pathlib.Path, size: int) -> None:
    _write(path, 0, _FEW, ["wörd a " * (size // 8) + ",a"])


def _one_word(path: pathlib.Path, size: int) -> None:
    _write(path, 0, _FEW, ["x" * size + ",a"])


def _labels(path: pathlib.Path, size: int) -> None:
    """Each four times."""
    rows = size // 4 // len("t1,l100000\n")
    _write(path, size, ["text,label"], (f"t{times},l{row}" for times in range(4) for row in range(rows)))


def _labels_of_a_row(path: pathlib.Path, size: int) -> None:
    _write(path, size, ["text,label"], (f"t,l{row}" for row in itertools.count()))


def _labels_of_two_rows(path: pathlib.Path, size: int) -> None:
    """Of which none can be drawn from, as both have one text."""
    _write(path, size, ["text,label"], (f"t{row // 2},l{row // 2}" for row in itertools.count()))


def _labels_of_a_text(path: pathlib.Path, size: int) -> None:
    _write(path, size, ["text,label"], (f"t{row},{('l', 'L')[row % 2]}{row // 2}" for row in itertools.count()))


def _quotes_within(path: pathlib.Path, size: int) -> None:
    _write(path, size, _FEW, itertools.repeat('x"y,"a"b'))


def _quotes_in_front(path: pathlib.Path, size: int) -> None:
    _write(path, size, _FEW, itertools.repeat('"a"b,c'))


def _odd_quotes_in_front(path: pathlib.Path, size: int) -> None:
    _write(path, size, _FEW, itertools.repeat('"a"b",c'))


def _broken_rows_of_two_lines(path: pathlib.Path, size: int) -> None:
    _write(path, size, _FEW, itertools.repeat('"a\nb"c,d'))


def _escaped_quotes(path: pathlib.Path, size: int) -> None:
    _write(path, size, ["text,label"], itertools.cycle(('"\\"",a', '"\\"x",b')))


def _quotes_behind_spaces(path: pathlib.Path, size: int) -> None:
    _write(path, size, ["text, label"], itertools.cycle(('"x", "a"', '"y", "b"')))


def _quote_never_closed(path: pathlib.Path, size: int) -> None:
    _write(path, size, [*_FEW, '"never'], itertools.repeat("x"))


def _blank_lines_in_quotes(path: pathlib.Path, size: int) -> None:
    _write(path, size, [*_FEW, '"never'], itertools.repeat(""))


def _one_field(path: pathlib.Path, size: int) -> None:
    _write(path, size, _FEW, itertools.repeat("x"))


def _object(row: int, **more: object) -> str:
    return json.dumps({"text": f"text {row}", "label": "ab"[row % 2], **more}, separators=(",", ":"))


def _small_objects(path: pathlib.Path, size: int) -> None:
    _write(path, size, [], map(_object, itertools.count()))


def _lists_in_an_object(path: pathlib.Path, size: int) -> None:
    _write(path, 0, map(_object, range(20)), [_object(20, other=[[]] * (size // 3))])


def _tiny_rows(path: pathlib.Path, size: int) -> None:
    _write(path, size, ["text,label"], (f"{'xyz'[row % 3]},{'ab'[row % 2]}" for row in itertools.count()))


def _short_rows(path: pathlib.Path, size: int) -> None:
    """No two of the same text."""
    texts = map("".join, itertools.chain.from_iterable(itertools.product(_LETTERS, repeat=n) for n in range(1, 9)))
    _write(path, size, ["text,label"], (f"{text},{'ab'[row % 2]}" for row, text in enumerate(texts)))


def _quoted_rows(path: pathlib.Path, size: int) -> None:
    _write(path, size, ["text,label"], itertools.cycle(('"x",a', "y,b")))


def _rows_of_two_lines(path: pathlib.Path, size: int) -> None:
    _write(path, size, ["text,label"], itertools.cycle(('"x\n",a', '"y\n",b')))


def _tabs(path: pathlib.Path, size: int) -> None:
    _write(path, size, ["text\tlabel"], (f"{'xyz'[row % 3]}\t{'ab'[row % 2]}" for row in itertools.count()))


def _more_fields(path: pathlib.Path, size: int) -> None:
    _write(path, size, ["text,label"], itertools.cycle(("x,a,", "y,b,")))


def _blank_lines(path: pathlib.Path, size: int) -> None:
    _write(path, size, _FEW, itertools.repeat(""))


def _damaged_bytes(path: pathlib.Path, size: int) -> None:
    path.write_bytes(b"".join([b"text,label\n", *(b"text %d,%c\n" % (row, b"ab"[row % 2]) for row in range(40_000))]))
    with path.open("ab") as file:
        file.write(b"\xff,a\n" * ((size - path.stat().st_size) // 5))


def _numbers_for_objects(path: pathlib.Path, size: int) -> None:
    _write(path, size, map(_object, range(20)), itertools.repeat("1"))


def _other_numbers_for_objects(path: pathlib.Path, size: int) -> None:
    _write(path, size, map(_object, range(20)), map(str, itertools.count()))


def _words_for_objects(path: pathlib.Path, size: int) -> None:
    _write(path, size, map(_object, range(20)), (f"x{row}" for row in itertools.count()))


def _empty_objects(path: pathlib.Path, size: int) -> None:
    _write(path, size, map(_object, range(20)), itertools.repeat("{}"))


def _array(path: pathlib.Path, size: int) -> None:
    objects = ",".join(map(_object, range(20)))
    path.write_text(f"[{objects}{',1' * (size // 2)}]", encoding="utf-8")


def _array_of_objects(path: pathlib.Path, size: int) -> None:
    path.write_text(f"[{','.join(map(_object, range(size // 32)))}]", encoding="utf-8")


def _array_of_empty_lists(path: pathlib.Path, size: int) -> None:
    objects = ",".join(map(_object, range(20)))
    path.write_text(f"[{objects}{',[]' * (size // 3)}]", encoding="utf-8")


def _array_of_empty_objects(path: pathlib.Path, size: int) -> None:
    objects = ",".join(map(_object, range(20)))
    path.write_text(f"[{objects}{',{}' * (size // 3)}]", encoding="utf-8")


def _array_on_lines(path: pathlib.Path, size: int) -> None:
    path.write_text(
        "[" + ",\n".join([*map(_object, range(20)), *("1" for _ in range(size // 3))]) + "]", encoding="utf-8"
    )


def _words(path: pathlib.Path, size: int) -> None:
    _write(path, size, [], itertools.cycle(("a\tB-X", "", "b\tO", "")))


def _other_words(path: pathlib.Path, size: int) -> None:
    _write(path, size, [], (f"{row:x}\t{('O', 'B-X')[row % 2]}\n" for row in itertools.count()))


def _words_without_tags(path: pathlib.Path, size: int) -> None:
    _write(path, size, ["a\tB-X", "", "b\tO", ""] * 2000, itertools.repeat("x\n"))


def _words_that_are_not_utf8(path: pathlib.Path, size: int) -> None:
    good = b"a\tB-X\n\nb\tO\n\n" * 40_000
    path.write_bytes(good + b"\xff\tO\n\n" * ((size - len(good)) // 5))


def _bad_tags(path: pathlib.Path, size: int) -> None:
    _write(path, size, ["a\tB-X", "", "b\tO", ""] * 2000, (f"a\tI-{row:x}\n" for row in itertools.count()))


def _long_sentences(path: pathlib.Path, size: int) -> None:
    _write(path, size, [], itertools.cycle([*["a\tO"] * 200, "b\tB-X", ""]))


def _rows_of_parquet(path: pathlib.Path, size: int) -> None:
    """As many as the limit on what a file unpacks to lets through."""
    rows = size // 2
    table = pa.table({"text": pa.array(["x", "y"] * (rows // 2)), "label": pa.array([0, 1] * (rows // 2))})
    parquet.write_table(table, path, compression="none", use_dictionary=False)


_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&()*+-./:;<=>?@[]^_{}~"
_FEW = ["text,label", *(f"text {row},{'ab'[row % 2]}" for row in range(20))]
SHAPES: dict[str, tuple[str, Callable[[pathlib.Path, int], None]]] = {
    "60,000 columns, CSV": ("a.csv", _columns_of_ones),
    "60,000 columns, CSV, distinct": ("a.csv", _columns_of_numbers),
    "60,000 columns, JSON lines": ("a.jsonl", _columns_of_json),
    "60,000 columns, Parquet": ("a.parquet", _columns_of_parquet),
    "a text of 10 MB": ("a.csv", _one_text),
    "a word of 10 MB": ("a.csv", _one_word),
    "200,000 labels": ("a.csv", _labels),
    "a label of its own in each row": ("a.csv", _labels_of_a_row),
    "a label of two equal rows": ("a.csv", _labels_of_two_rows),
    "a label of its own for each text": ("a.csv", _labels_of_a_text),
    "broken quotes within": ("a.csv", _quotes_within),
    "broken quotes in front": ("a.csv", _quotes_in_front),
    "an odd number of quotes in front": ("a.csv", _odd_quotes_in_front),
    "broken rows of two lines": ("a.csv", _broken_rows_of_two_lines),
    "escaped quotes": ("a.csv", _escaped_quotes),
    "quotes behind spaces": ("a.csv", _quotes_behind_spaces),
    "a quote that is never closed": ("a.csv", _quote_never_closed),
    "the same before blank lines": ("a.csv", _blank_lines_in_quotes),
    "a field too few": ("a.csv", _one_field),
    "rows of two letters, CSV": ("a.csv", _tiny_rows),
    "the same, no two alike": ("a.csv", _short_rows),
    "rows of two letters, TSV": ("a.tsv", _tabs),
    "every other row in quotes": ("a.csv", _quoted_rows),
    "rows of two lines": ("a.csv", _rows_of_two_lines),
    "an empty field too many": ("a.csv", _more_fields),
    "blank lines": ("a.csv", _blank_lines),
    "bytes that are not UTF-8": ("a.csv", _damaged_bytes),
    "numbers for objects": ("a.jsonl", _numbers_for_objects),
    "the same, no two alike, of JSON": ("a.jsonl", _other_numbers_for_objects),
    "words for objects": ("a.jsonl", _words_for_objects),
    "empty objects": ("a.jsonl", _empty_objects),
    "an array of numbers": ("a.json", _array),
    "an array of empty lists": ("a.json", _array_of_empty_lists),
    "an array of empty objects": ("a.json", _array_of_empty_objects),
    "an array of a number in each line": ("a.json", _array_on_lines),
    "an array of objects": ("a.json", _array_of_objects),
    "a word in each sentence": ("a.conll", _words),
    "the same, no two alike, of CoNLL": ("a.conll", _other_words),
    "words without tags": ("a.conll", _words_without_tags),
    "words that are not UTF-8": ("a.conll", _words_that_are_not_utf8),
    "entities that have not begun": ("a.conll", _bad_tags),
    "long sentences of tiny words": ("a.conll", _long_sentences),
    "millions of rows, Parquet": ("a.parquet", _rows_of_parquet),
    "small objects": ("a.jsonl", _small_objects),
    "empty lists in an object": ("a.jsonl", _lists_in_an_object),
}


def _write(path: pathlib.Path, size: int, first: Iterable[str], rows: Iterable[str]) -> None:
    """Write lines: the first ones, and rows up to a size; one row at least."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in first)
        written = 0
        for row in rows:
            written += file.write(f"{row}\n")
            if written >= size:
                return
