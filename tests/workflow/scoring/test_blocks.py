"""Sizes of blocks: small at first, then large, and never of more than a few dozen MiB."""

import csv
import itertools

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bert_tf.data.locations import find_files
from bert_tf.data.remarks import Remarks
from bert_tf.workflow.scoring.blocks import BlockReader
from bert_tf.workflow.scoring.refusals import Refusals
from bert_tf.workflow.scoring.request import Request


def blocks_of(path):
    request = Request([str(path)], "out.csv", "text")
    reader = BlockReader(request, added=["label"], is_table=True, refusals=Refusals(), remarks=Remarks())
    return list(reader.read(find_files(str(path))[0]))


def write(path, texts, other):
    if path.suffix == ".csv":
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([("text", "other"), *((text, other) for text in texts)])
    else:
        table = pa.table({"text": texts, "other": [other] * len(texts)})
        pq.write_table(table, path, use_dictionary=False, compression="none")


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_blocks_grow_and_have_all_rows_in_order(tmp_path, suffix):
    texts = [str(number) for number in range(60_000)]
    write(tmp_path / f"a{suffix}", texts, "x")
    blocks = blocks_of(tmp_path / f"a{suffix}")
    assert [len(block.texts) for block in blocks] == [1024, 4096, 16384, 32768, 60_000 - 1024 - 4096 - 16384 - 32768]
    assert [text.decode() for block in blocks for text in block.texts] == texts
    first = 1 if suffix == ".parquet" else 2
    assert [block.last for block in blocks] == [
        first - 1 + count for count in itertools.accumulate(len(block.texts) for block in blocks)
    ]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_columns_that_are_not_scored_count_too(tmp_path, suffix):
    write(tmp_path / f"a{suffix}", ["x"] * 4096, "y" * 20_000)
    blocks = blocks_of(tmp_path / f"a{suffix}")
    assert sum(len(block.texts) for block in blocks) == 4096
    assert max(len(block.texts) for block in blocks[1:]) < 3_000
