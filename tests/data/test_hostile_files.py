"""Files as nobody means them: each row is used or told, whatever else is in the file, by a count of its own.

Lines and rows are counted by Python and pyarrow in `benchmarks/attack/files.py`, whose command tries thousands more.
"""

import json
import re

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from benchmarks.attack.files import physical_lines, uncounted
from bert_tf.data.files import read_files
from bert_tf.data.load_data import load_splits
from bert_tf.data.rows import BadRow, Row
from bert_tf.errors import DataError
from bert_tf.tasks.classify.target import ClassifyTarget

ENDS = st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\n", b" \n"])
CELLS = st.sampled_from(
    [b"good", b'"a, b"', b'"', b'""', b'say "x"', b'"open', b'closed"', b"\xff", b"\0", b"", b"\xc3\xa4", b"'", b"\\",
     b"\t", b"a,b,c,d", b"B-PER", b"O", b"-DOCSTART-", b"#", b"\xe2\x80\xa8"]
)  # fmt: skip
OBJECTS = st.sampled_from(
    [b'{"text": "good", "label": "a"}', b'{"text": "x"}', b'{"late": 1, "text": "x", "label": "b"}', b"{", b"[]", b"1",
     b'{"text": "x", "label": "a"', b'{"text": NaN, "label": "a"}', b'{"text": "\xff", "label": "a"}', b"null",
     b'{"text": "\\ud800", "label": "a"}', b'{"text": ' + b"[" * 5000, b'{"text": 1' + b"0" * 5000 + b"}", b"\0"]
)  # fmt: skip
STARTS = st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"sep=;\n", b"\n\n"])


def lines_of(parts, divided):
    row = st.lists(parts, min_size=1, max_size=3).map(divided.join)
    return st.lists(st.tuples(row, ENDS), max_size=12).map(lambda rows: b"".join(line for row in rows for line in row))


FILES = {
    ".csv": st.tuples(STARTS, st.just(b"text,label\n"), lines_of(CELLS, b",")).map(b"".join),
    ".tsv": st.tuples(STARTS, st.just(b"text\tlabel\r\n"), lines_of(CELLS, b"\t")).map(b"".join),
    ".jsonl": st.tuples(STARTS, lines_of(OBJECTS, b"")).map(b"".join),
    ".conll": st.tuples(STARTS, lines_of(CELLS, b" ")).map(b"".join),
}


def read(path):
    """All items of a file, or none and the sentence that it is told in as a whole."""
    try:
        return list(read_files(str(path), wanted=("text", "label"))), ""
    except DataError as error:
        return [], str(error)


def lost(path, items):
    """What is in no row, though it should."""
    if path.suffix != ".conll":
        return uncounted(path, items)
    lines = [line for line in physical_lines(path.read_bytes()) if line.strip()]
    words = [line for line in lines if not re.match(r"-DOCSTART-|#([ \t#]|\s*$)", line)]
    taken = sum(item.lines for item in items if isinstance(item, Row | BadRow))
    return None if len(words) <= taken <= len(lines) else f"{taken} lines of {len(words)} to {len(lines)}"


@pytest.mark.parametrize("suffix", [*FILES, ".json", ".parquet"])
@settings(max_examples=40)
@given(content=st.binary(max_size=200))
def test_random_bytes_are_rows_or_a_sentence(suffix, content, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / f"random{suffix}"
    path.write_bytes(content)
    items, told = read(path)
    assert items or path.name in told


@pytest.mark.parametrize("suffix", FILES)
@settings(max_examples=150)
@given(data=st.data())
def test_each_line_is_in_one_row(suffix, data, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / f"drawn{suffix}"
    path.write_bytes(data.draw(FILES[suffix]))
    items, told = read(path)
    assert path.name in told if not items else lost(path, items) is None


@settings(max_examples=60)
@given(objects=st.lists(OBJECTS, max_size=6), between=st.sampled_from([b",", b",\n", b"\n", b" , \r\n"]))
def test_values_of_an_array_are_rows(objects, between, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "drawn.json"
    path.write_bytes(b"[" + between.join(objects) + b"]")
    items, told = read(path)
    if not items:
        assert path.name in told
    else:
        assert sum(isinstance(item, Row | BadRow) for item in items) == len(objects)


@settings(max_examples=60)
@given(
    rows=st.lists(st.tuples(st.binary(max_size=5) | st.none(), st.sampled_from(["a", "b", "", None])), min_size=1),
    place=st.floats(0, 1),
    byte=st.none() | st.integers(0, 255),
)
def test_rows_of_parquet_damaged_or_not(rows, place, byte, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "drawn.parquet"
    texts, labels = zip(*rows, strict=True)
    parquet.write_table(pa.table({"text": pa.array(texts, pa.binary()), "label": labels}), path)
    if byte is not None:
        content = bytearray(path.read_bytes())
        content[int(place * (len(content) - 1))] = byte
        path.write_bytes(content)
    items, told = read(path)
    assert path.name in told if not items else uncounted(path, items) is None
    if byte is None:
        assert [(row.values["text"], row.values["label"]) for row in items if isinstance(row, Row)] == [
            (text, None if label is None else label.encode()) for text, label in rows
        ]


LONG = "x" * (10 << 20)
HALF = [{"text": "a", "label": "xy"[number % 2], **({"late": 1} if number > 150 else {})} for number in range(300)]
CASES = {
    "a thousand labels": [{"text": f"t{number}", "label": f"l{number % 1000}"} for number in range(3000)],
    "one label": [{"text": f"t{number}", "label": "x"} for number in range(9)],
    "no text in any row": [{"text": " ", "label": "x"}] * 9,
    "columns that appear half way": HALF,
    "columns that end half way": HALF[::-1],
    "a line of 10 MB": [{"text": LONG, "label": "x"}, {"text": "b", "label": "y"}],
    "a line of 20 MB": [{"text": LONG + LONG, "label": "x"}, *({"text": t, "label": t} for t in "ab")],
}


def write(path, rows):
    if path.suffix == ".parquet":
        parquet.write_table(pa.Table.from_pylist(rows), path, compression="none", use_dictionary=False)
    elif path.suffix == ".csv":
        path.write_text("text,label\n" + "".join(f"{row['text']},{row['label']}\n" for row in rows))
    elif path.suffix == ".json":
        path.write_text(json.dumps(rows, indent=0))
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".json", ".parquet"])
@pytest.mark.parametrize("name", CASES)
def test_rows_in_are_rows_used_and_rows_told(name, suffix, tmp_path):
    rows, path = CASES[name], tmp_path / f"a{suffix}"
    write(path, rows)
    if name in {"one label", "no text in any row"} or (name == "a line of 20 MB" and suffix == ".json"):
        with pytest.raises(DataError):
            used_and_told(path)
        return
    used, told = used_and_told(path)
    assert (used, told) == (len(rows) - told, 1 if name == "a line of 20 MB" else 0)


def used_and_told(path):
    target, cache = ClassifyTarget("label"), path.parent / "cache"
    splits = load_splits(source="files", train=str(path), target=target, on_bad_row="skip", cache_folder=cache)
    return len(splits.train), sum(cause.rows for cause in splits.report.bad_rows)
