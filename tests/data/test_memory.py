"""Small files that would take all memory: what a process that reads them takes is measured."""

import json
import subprocess
import sys

import pyarrow as pa
import pytest
from pyarrow import parquet

MOST = 1 << 30  # bytes over those of the interpreter
READ = """
import json, pathlib, resource, sys
from bert_tf.data.load_data import load_splits
from bert_tf.errors import DataError
from bert_tf.tasks.classify.target import ClassifyTarget
memory = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
before, told = memory(), ""
try:
    load_splits(
        source="files",
        train=sys.argv[1],
        target=ClassifyTarget("label"),
        on_bad_row="skip",
        cache_folder=pathlib.Path(sys.argv[2]),
    )
except DataError as error:
    told = error.what
print(json.dumps([memory() - before, told]))
"""


def one_long_line(path):
    part = b"x" * (16 << 20)
    with pa.output_stream(path, compression="zstd") as stream:
        stream.write(b"text,label\n")
        for _ in range(96):
            stream.write(part)


def one_value_again_and_again(path):
    rows = pa.array([0] * 300_000, pa.int32())
    texts = pa.DictionaryArray.from_arrays(rows, pa.array(["x" * 4_500_000]))
    labels = pa.DictionaryArray.from_arrays(rows, pa.array(["a"]))
    parquet.write_table(pa.table({"text": texts, "label": labels}), path, compression="zstd")


def one_page(path):
    texts = pa.array(["x" * (150 << 20)] * 3, pa.large_string())
    table = pa.table({"text": texts, "label": ["a", "b", "a"]})
    parquet.write_table(table, path, compression="zstd", use_dictionary=False, write_statistics=False)


def rows_of_nothing(path):
    nothing = pa.nulls(20_000_000, pa.string())
    parquet.write_table(pa.table({"text": nothing, "label": nothing}), path, compression="zstd")


def many_objects_in_a_line(path):
    inner = ",".join(['{"":0}'] * 1_000_000)
    path.write_text(f'{{"text":"x","label":"a","o":[{inner}]}}\n{{"text":"y","label":"b"}}\n')


@pytest.mark.parametrize(
    "name, write, told",
    [
        ("a.csv", one_long_line, "unpacks to more than 64 MiB"),
        ("a.parquet", one_value_again_and_again, "unpacks to more than 64 MiB"),
        ("a.parquet", one_page, "unpacks to more than 64 MiB"),
        ("a.parquet", rows_of_nothing, "unpacks to more than 64 MiB"),
        ("a.jsonl", many_objects_in_a_line, ""),
    ],
)
def test_memory_is_bounded(tmp_path, name, write, told):
    write(tmp_path / name)
    command = [sys.executable, "-c", READ, str(tmp_path / name), str(tmp_path / "cache")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    taken, said = json.loads(done.stdout)
    assert told in said
    assert bool(told) == bool(said)
    assert taken < MOST
