"""Sizes of blocks: small at first, then large, and never of more than a few dozen MiB; parts of files."""

import csv
import itertools

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bert_tf.data.locations import find_files
from bert_tf.workflow.scoring.blocks import BlockReader
from bert_tf.workflow.scoring.request import Request


def parts_of(path, **options):
    reader = BlockReader(Request([str(path)], "out.csv", "text"), added=["label"], is_table=True)
    location = find_files(str(path))[0]
    return reader.parts(location, reader.columns(location), **options)


def blocks_of(path):
    (blocks,) = ([*part.blocks] for part in parts_of(path))
    return blocks


def write(path, texts, other):
    if path.suffix == ".csv":
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([("text", "other"), *((text, other) for text in texts)])
    else:
        table = pa.table({"text": texts, "other": [other] * len(texts)})
        pq.write_table(table, path, use_dictionary=False, compression="none")


def test_files_are_read_as_the_request_says(tmp_path):
    (tmp_path / "a.csv").write_bytes("text;preis\nGrün, gut;1,50\n".encode("cp1252"))
    request = Request([str(tmp_path / "a.csv")], "out.csv", "text", delimiter=";", encoding="cp1252")
    reader = BlockReader(request, added=["label"], is_table=True)
    (location,) = find_files(str(tmp_path / "a.csv"))
    columns = reader.columns(location)
    ((block,),) = ([*part.blocks] for part in reader.parts(location, columns))
    assert (columns, block.texts) == (("text", "preis"), ["Grün, gut".encode()])
    assert block.rows == [{"text": "Grün, gut", "preis": "1,50"}]


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


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_parts_are_of_so_many_rows_good_or_bad_whichever_are_passed_over(tmp_path, suffix):
    texts = [str(number) for number in range(2500)]
    texts[7], texts[999], texts[1000] = " ", " ", " "
    write(tmp_path / f"a{suffix}", texts, "x")
    for passed_over in (set(), {0, 2}, {1}):
        found = {}
        for part in parts_of(tmp_path / f"a{suffix}", rows=1000):
            if part.number in passed_over:
                part.pass_over()
                assert part.lines == (500 if part.number == 2 else 1000 + (part.number == 0 and suffix == ".csv"))
                continue
            blocks = [*part.blocks]
            tables = [block.table["text"].to_pylist() for block in blocks if block.table is not None]
            kept = [text for each in tables for text in each] or [row["text"] for block in blocks for row in block.rows]
            assert kept == [text.decode() for block in blocks for text in block.texts]
            found[part.number] = (kept, sum(part.notes.reasons.values()), part.is_last)
        expected = {
            number: ([text for text in texts[number * 1000 : (number + 1) * 1000] if text.strip()], bad, number == 2)
            for number, bad in enumerate((2, 1, 0))
            if number not in passed_over
        }
        assert found == expected
