"""Hand bert_tf files of 10 MB that are as bad as files of that size can be, and measure what a process takes for them.

    python -m benchmarks.attack.large
    python -m benchmarks.attack.large --only "60,000 columns" --megabytes 1

Each file is read as `bert-tf new` and as `bert-tf data` read it, in processes of their own: rows that are used or told,
or an error of bert_tf's own, within 10 seconds of processor time, all threads together, and 1 GiB over what the
interpreter has taken when it begins. Exits with 1 where one takes more, or another error is raised. Linux only.
"""

import argparse
import itertools
import json
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import pyarrow as pa
from pyarrow import parquet

MOST_SECONDS, MOST_BYTES = 10.0, 1 << 30
_COLUMNS = 60_000
_READ = """
import json, pathlib, re, sys, time
import charset_normalizer
from bert_tf.data.load_data import load_splits
from bert_tf.errors import BertTfError
from bert_tf.drafting.inspect_files import inspect_files
from bert_tf.tasks.classify.target import ClassifyTarget
from bert_tf.tasks.tag.entity_rows import EntityRows
from bert_tf.tasks.tag.target import TagTarget
# The process's own: getrusage has the most that its parent took before it.
memory = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) * 1024
path, cache, command = sys.argv[1:]
is_tagged, names = path.endswith(".conll"), {"text": "text", "label": "label"}
if is_tagged:
    names = {"text": "token", "label": "tag"}
before, started, told = memory(), time.process_time(), ""
try:
    if command == "new":
        inspect_files({"train": path}, named=names, encoder="nowhere")
    else:
        rows = EntityRows("token", "tag", tags=None, word_prefix="")
        target = TagTarget(rows, "tag") if is_tagged else ClassifyTarget("label")
        settings = {"target": target, "text": names["text"], "cache_folder": pathlib.Path(cache)}
        load_splits(source="files", train=path, validation=0.1, on_bad_row="skip", **settings)
except BertTfError as error:
    told = error.what
print(json.dumps([time.process_time() - started, memory() - before, told]))
"""


class Taken(NamedTuple):
    """What a process took: seconds of processors, bytes over what it had, and an error of bert_tf's own if any."""

    seconds: float
    memory: int
    told: str


def measured(path: pathlib.Path, command: str, scratch: pathlib.Path) -> Taken:
    """Read a file in a process of its own.

    Args:
        path: The file.
        command: `new` or `data`.
        scratch: Gets what is read.

    Raises:
        subprocess.CalledProcessError: it ended with another error.
    """
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(path), str(scratch), command], capture_output=True, text=True, check=True
    )
    return Taken(*json.loads(done.stdout))


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


def _quotes_within(path: pathlib.Path, size: int) -> None:
    _write(path, size, _FEW, itertools.repeat('x"y,"a"b'))


def _quotes_in_front(path: pathlib.Path, size: int) -> None:
    _write(path, size, _FEW, itertools.repeat('"a"b,c'))


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


def _words(path: pathlib.Path, size: int) -> None:
    _write(path, size, [], itertools.cycle(("a\tB-X", "", "b\tO", "")))


def _other_words(path: pathlib.Path, size: int) -> None:
    _write(path, size, [], (f"{row:x}\t{('O', 'B-X')[row % 2]}\n" for row in itertools.count()))


def _long_sentences(path: pathlib.Path, size: int) -> None:
    _write(path, size, [], itertools.cycle([*["a\tO"] * 200, "b\tB-X", ""]))


def _rows_of_parquet(path: pathlib.Path, size: int) -> None:
    """As many as the limit on what a file unpacks to lets through."""
    rows = size // 2
    table = pa.table({"text": pa.array(["x", "y"] * (rows // 2)), "label": pa.array([0, 1] * (rows // 2))})
    parquet.write_table(table, path, compression="none", use_dictionary=False)


_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&()*+-./:;<=>?@[]^_{}~"
_FEW = ["text,label", *(f"text {row},{'ab'[row % 2]}" for row in range(20))]
CASES: dict[str, tuple[str, Callable[[pathlib.Path, int], None]]] = {
    "60,000 columns, CSV": ("a.csv", _columns_of_ones),
    "60,000 columns, CSV, distinct": ("a.csv", _columns_of_numbers),
    "60,000 columns, JSON lines": ("a.jsonl", _columns_of_json),
    "60,000 columns, Parquet": ("a.parquet", _columns_of_parquet),
    "a text of 10 MB": ("a.csv", _one_text),
    "a word of 10 MB": ("a.csv", _one_word),
    "200,000 labels": ("a.csv", _labels),
    "a label of its own in each row": ("a.csv", _labels_of_a_row),
    "broken quotes within": ("a.csv", _quotes_within),
    "broken quotes in front": ("a.csv", _quotes_in_front),
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
    "an array of objects": ("a.json", _array_of_objects),
    "a word in each sentence": ("a.conll", _words),
    "the same, no two alike, of CoNLL": ("a.conll", _other_words),
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


def attack(folder: pathlib.Path, *, size: int, only: str = "") -> Iterator[tuple[str, str, Taken]]:
    """Name, command and what was taken, of each case whose name holds `only`."""
    for name, (file_name, write) in CASES.items():
        if only not in name:
            continue
        path = folder / file_name
        write(path, size)
        for command in ("new", "data"):
            yield name, command, measured(path, command, folder / "cache")
        path.unlink()


def main() -> int:
    """Print a line for each case; 1 where one takes too much."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=10.0)
    parser.add_argument("--only", default="", metavar="NAME")
    options = parser.parse_args()
    violations = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, command, taken in attack(
            pathlib.Path(folder), size=int(options.megabytes * 1_000_000), only=options.only
        ):
            is_too_much = taken.seconds > MOST_SECONDS or taken.memory > MOST_BYTES
            violations += is_too_much
            print(
                f"{name:32} {command:5} {taken.seconds:6.1f} s {taken.memory >> 20:6,} MiB  "
                f"{'VIOLATION ' if is_too_much else ''}{taken.told[:100]}",
                flush=True,
            )
    return int(violations > 0)


if __name__ == "__main__":
    raise SystemExit(main())
