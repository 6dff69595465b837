import os
import time

import pytest

from bert_tf.data.locations import find_files
from bert_tf.data.rows import BadRow, Row
from bert_tf.monitoring.growing_files import SETTLED, GrowingFile

ROW, BAD = Row(2, {"text": "a"}), BadRow(2, "bad JSON", "no JSON")


def growing(path, content, *, age=0.0):
    path.write_bytes(content)
    return GrowingFile(find_files(str(path))[0], now=lambda: path.stat().st_mtime + age)


@pytest.mark.parametrize(
    "name, content, row, is_half",
    [
        ("e.csv", b"text\na", ROW, True),
        ("e.csv", b"text\na\n", ROW, False),
        ("e.jsonl", b'{"text": "a"}', ROW, False),  # what JSON can be read of is whole
        ("e.jsonl", b'{"text": "a', BAD, True),
        ("e.jsonl", b'{"text": "a\n', BAD, False),
        ("e.json", b'[{"text": "a', BAD, False),
        ("e.csv.gz", b"text\na", ROW, False),
    ],
)
def test_a_last_row_without_its_end_is_half(tmp_path, name, content, row, is_half):
    assert growing(tmp_path / name, content).is_half(row) is is_half


def test_a_file_that_nobody_writes_to_is_whole(tmp_path):
    assert not growing(tmp_path / "e.csv", b"text\na", age=SETTLED + 1).is_half(ROW)


def test_a_file_that_grew_since_it_was_opened(tmp_path):
    file = growing(tmp_path / "e.csv", b"text\na", age=SETTLED + 1)
    with (tmp_path / "e.csv").open("ab") as more:
        more.write(b"bc\n")
    os.utime(tmp_path / "e.csv", (time.time() - 1000,) * 2)
    assert file.is_half(ROW)
