"""Hand files to bert_tf as people have them, and damaged ones: rows that go in are used or told, and nothing else.

    python -m benchmarks.attack.files --count 20000 --seed 1

Half of the cases are files as programs write them (`benchmarks/attack/tables.py`): `new` has to find all rows that were
drawn, and `data` has to read them from the recipe that it wrote. The others are such files, damaged, and damaged
recipes: an error of bert_tf's own, or every line (of Parquet: every row, counted by another reader) in a row that is
used or in one that is told. Violations are printed, and the exit status is 1. `--first N --count 1` repeats case N.
"""

import argparse
import bz2
import collections
import contextlib
import gzip
import lzma
import pathlib
import random
import re
import resource
import shutil
import tempfile
import time
import tomllib
import traceback
from typing import NamedTuple

import pyarrow as pa
from pyarrow import parquet

from benchmarks.attack.damage import damage
from benchmarks.attack.tables import Table, draw_table
from bert_tf.data.examples import Examples
from bert_tf.data.file_format import AS_FOUND
from bert_tf.data.files import read_files
from bert_tf.data.load_data import Splits
from bert_tf.data.rows import BadRow, Header, Remark, Row
from bert_tf.drafting.draft_recipe import draft_recipe
from bert_tf.drafting.inspect_files import inspect_files
from bert_tf.errors import BertTfError
from bert_tf.tasks.recipes import load_recipe, make_recipe
from bert_tf.workflow.data import load_data, named_examples

_MOST_SECONDS = 10  # of CPU time: other work on the machine is no fault of a file
_MOST_MEMORY = 1 << 30  # bytes over those of the process when it began
_MEANINGFUL = (b'"', b'"', b'""', b",", b"\t", b"\n", b"\r", b"\\", b"{", b"]", b'\n"', b'",', b"\xff")
_SECTIONS = """task = "classify"
[data]
source = "files"
train = "a.csv[:90%]"
validation = 0.1
columns = ["text", "label"]
quote = "none"
encoding = "cp1252"
max_row_bytes = 100_000
[text]
max_tokens = 64
[training]
epochs = 3
learning_rate = 5e-5
[classify]
class_weights = {good = 1.0, bad = 2.5}
"""


class Case(NamedTuple):
    """What came of a case: `verdict` is "read", "told" or "VIOLATION"."""

    kind: str
    verdict: str
    reason: str


def attack(folder: pathlib.Path, *, count: int, seed: int, first: int = 0) -> list[Case]:
    """Try `count` cases in a folder, each drawn from the seed and its own number."""
    cases = []
    for number in range(first, first + count):
        dice = random.Random(f"{seed}/{number}")
        kind = dice.choices(("table", "damaged table", "damaged recipe"), (10, 8, 2))[0]
        started, before = time.process_time(), _memory()
        try:
            verdict, reason = _CASES[kind](folder, dice)
        except Exception:
            verdict, reason = "VIOLATION", traceback.format_exc()
        seconds, memory = time.process_time() - started, _memory() - before
        if verdict != "VIOLATION" and (seconds > _MOST_SECONDS or memory > _MOST_MEMORY):
            verdict, reason = "VIOLATION", f"{seconds:.1f} s, {memory >> 20} MiB: {reason}"
        if verdict == "VIOLATION":
            print(f"case {number}: {kind}: {reason}", flush=True)
        cases.append(Case(kind, verdict, reason))
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    return cases


def read_as_drawn(table: Table, folder: pathlib.Path) -> str | None:
    """What is wrong with how bert_tf reads a file, by `new` and by the recipe that it writes; None if nothing is."""
    path = folder / table.name
    path.write_bytes(table.content)
    text, label = table.columns
    inspection = inspect_files({"train": str(path)}, named={"text": text, "label": label}, encoder="nowhere")
    checked = inspection.splits["train"]
    if checked.rows != len(table.rows) or checked.bad:
        return f"new finds {checked.rows} rows and {checked.bad} bad ones of {len(table.rows)} ({table.told})"
    values = tomllib.loads(draft_recipe("attack", inspection, command="attack").toml)
    recipe = make_recipe({"name": "attack", **values, "data": _whole(values["data"])})
    found = _pairs(load_data(recipe, cache_folder=folder / "cache"))
    expected = sorted((text, label) for text, label in table.rows)
    if sorted(found) != expected:
        missing = [row for row in expected if row not in found][:1]
        return f"data reads {len(found)} rows of {len(expected)}, without {missing} ({table.told})"
    return None


def _whole(data: dict) -> dict:
    """The table [data] of a recipe without drawn shares."""
    return {key: value for key, value in data.items() if key not in ("validation", "test")}


def _pairs(splits: Splits) -> list[tuple[str, str]]:
    return [pair for examples in named_examples(splits).values() for pair in _pairs_of(examples)]


def _pairs_of(examples: Examples) -> list[tuple[str, str]]:
    names = [examples.facts["label_names"][label] for label in examples.targets]
    return [(text.decode(), name) for text, name in zip(examples.texts(0, len(examples)), names, strict=True)]


def _table(folder: pathlib.Path, dice: random.Random) -> tuple[str, str]:
    wrong = read_as_drawn(draw_table(dice), folder)
    return ("VIOLATION", wrong) if wrong else ("read", "")


def _damaged_table(folder: pathlib.Path, dice: random.Random) -> tuple[str, str]:
    table = draw_table(dice)
    path = folder / table.name
    path.write_bytes(table.content)
    if dice.random() < 0.6:
        path.write_bytes(_scribbled(table.content, dice))
        way = "scribbled"
    else:
        way = damage(path, [], dice)
    with contextlib.suppress(BertTfError):
        inspect_files({"train": str(path)}, named={}, encoder="nowhere")
    try:
        items = list(read_files(str(path), wanted=table.columns, file_format=AS_FOUND))
    except BertTfError as error:
        return ("told", error.what) if error.what else ("VIOLATION", "an error without a sentence")
    wrong = uncounted(path, items)
    if wrong is None:
        wrong = _unloaded(path, table, items, folder)
    return ("VIOLATION", f"{wrong} ({way}; {table.told})") if wrong else ("read", way)


def _scribbled(content: bytes, dice: random.Random) -> bytes:
    """Content with a few characters that mean something to a reader, put in or in place of others."""
    changed = bytearray(content)
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(changed))
        changed[place : place + dice.randint(0, 1)] = dice.choice(_MEANINGFUL)
    return bytes(changed)


def uncounted(path: pathlib.Path, items: list) -> str | None:
    """What is in the file, by other readers, and in no row."""
    rows = [item for item in items if isinstance(item, Row | BadRow)]
    if ".parquet" in path.name.lower():
        # Of each group: the number in the footer may be what is damaged.
        footer = parquet.ParquetFile(path).metadata
        counted = sum(footer.row_group(number).num_rows for number in range(footer.num_row_groups))
        return None if counted == len(rows) else f"{len(rows)} rows of {counted}"
    lines = physical_lines(path.read_bytes())
    covered = [line for item in rows for line in range(item.number, item.number + item.lines)]
    if len(set(covered)) < len(covered):
        return "a line is in two rows"
    left = [
        number
        for number in range(1, len(lines) + 1)
        if lines[number - 1].strip(" \r\n\t\0") and number not in set(covered)
    ]
    told = 0 if ".jsonl" in path.name.lower() else 1 + _lines_told(items)
    return None if len(left) <= told else f"lines {left[:5]} of {len(lines)} are in no row"


def _lines_told(items: list) -> int:
    """Lines of which a remark says that they are skipped, or are the header's."""
    said = " ".join(item.message for item in items if isinstance(item, Remark))
    passed = re.search(r"the first (?:(\d+) lines are|line is) skipped", said)
    header = re.search(r"the header takes (\d+) lines", said)
    return (int(passed[1] or 1) if passed else 0) + (int(header[1]) if header else 0)


def physical_lines(content: bytes) -> list[str]:
    """The physical lines of a file, unpacked and decoded by Python's own."""
    for magic, unpack in ((b"\x1f\x8b", gzip.decompress), (b"BZh", bz2.decompress), (b"\xfd7zXZ", lzma.decompress)):
        if content.startswith(magic):
            content = unpack(content)
            break
    else:
        for magic, codec in ((b"\x28\xb5\x2f\xfd", "zstd"), (b"\x04\x22\x4d\x18", "lz4")):
            if content.startswith(magic):
                with pa.input_stream(pa.BufferReader(content), compression=codec) as stream:
                    content = stream.read()
    marks = {b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    encoding = next((name for mark, name in marks.items() if content.startswith(mark)), "utf-8-sig")
    text = content.decode(encoding, errors="replace")
    if "\n" not in text or "\n" not in re.sub(r'"[^"]*"', "", text):
        text = text.replace("\r", "\n")
    return text.removesuffix("\n").split("\n")


def _unloaded(path: pathlib.Path, table: Table, items: list, folder: pathlib.Path) -> str | None:
    """Rows that are neither among the examples nor in the report."""
    header = next((item for item in items if isinstance(item, Header)), None)
    if header is None or not set(table.columns) <= set(header.columns):
        return None
    text, label = table.columns
    data = {"source": "files", "train": str(path), "text": text, "label": label, "on_bad_row": "skip"}
    recipe = make_recipe({"name": "attack", "task": "classify", "data": data})
    try:
        report = load_data(recipe, cache_folder=folder / "cache").report
    except BertTfError:
        return None
    count = sum(report.rows.values()) + sum(cause.rows for cause in report.bad_rows)
    rows = sum(isinstance(item, Row | BadRow) for item in items)
    return None if count == rows else f"{count} rows used and reported of {rows}"


def _damaged_recipe(folder: pathlib.Path, dice: random.Random) -> tuple[str, str]:
    path = folder / "attack.toml"
    path.write_text(_SECTIONS, encoding="utf-8")
    way = damage(path, [], dice)
    try:
        load_recipe(str(path))
    except BertTfError as error:
        return ("told", error.what) if error.what else ("VIOLATION", "an error without a sentence")
    return "read", way


_CASES = {"table": _table, "damaged table": _damaged_table, "damaged recipe": _damaged_recipe}


def _memory() -> int:
    """The most that this process ever took, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> int:
    """Attack, and print what came of it; 1 if there was a violation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        cases = attack(pathlib.Path(folder), count=options.count, seed=options.seed, first=options.first)
    counts = collections.Counter((case.kind, case.verdict) for case in cases)
    for (kind, verdict), count in sorted(counts.items()):
        print(f"{kind:16} {verdict:10} {count:6,}")
    print(f"{len(cases):,} cases in {time.monotonic() - started:.0f} s, {_memory() >> 20} MiB at most")
    return int(any(case.verdict == "VIOLATION" for case in cases))


if __name__ == "__main__":
    raise SystemExit(main())
