"""Expected values: what was written, and files that are not what they should be."""

import dataclasses
import json
import random

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bert_tf.errors import RunError
from bert_tf.evaluation.predictions import check_predictions, read_predictions, seal_predictions, write_predictions
from bert_tf.tasks.classify.columns import ClassifyColumns

COLUMNS = ClassifyColumns()


@dataclasses.dataclass
class Rows:
    fingerprint: str
    label_names: tuple[str, ...]
    targets: np.ndarray
    first: list[str]
    second: list[str] | None = None

    @property
    def facts(self) -> dict[str, object]:
        return {"label_names": self.label_names}

    def __len__(self) -> int:
        return len(self.targets)

    def texts(self, start: int, stop: int) -> list[bytes]:
        return [text.encode() for text in self.first[start:stop]]

    def pairs(self, start: int, stop: int) -> list[bytes] | None:
        return None if self.second is None else [text.encode() for text in self.second[start:stop]]

    def places(self, start: int, stop: int) -> list[str]:
        return [f"data/ü.csv:{row + 2}" for row in range(start, min(stop, len(self)))]


def rows(count: int, *, pairs: bool = False) -> Rows:
    labels = np.arange(count, dtype=np.int32) % 3
    first = [f"Straße {number} 好" for number in range(count)]
    return Rows("f00", ("a", "b", "ü"), labels, first, [text[::-1] for text in first] if pairs else None)


@pytest.mark.parametrize("pairs", [False, True])
@pytest.mark.parametrize("count", [1, 9000])
def test_comes_back_as_it_was_written(tmp_path, count, pairs):
    logits = np.random.default_rng(0).normal(size=(count, 3)).astype(np.float32)
    lengths = np.arange(count, dtype=np.int32) + 2
    in_train = np.arange(count) % 7 == 0
    path, written = tmp_path / "new" / "test.parquet", rows(count, pairs=pairs)
    write_predictions(path, written, columns=COLUMNS, outputs={"logits": logits}, lengths=lengths, in_train=in_train)
    found = read_predictions(tmp_path / "new" / "test.parquet", COLUMNS)
    np.testing.assert_array_equal(found.answers.outputs["logits"], logits)
    np.testing.assert_array_equal(found.lengths, lengths)
    np.testing.assert_array_equal(found.answers.expected, np.arange(count) % 3)
    np.testing.assert_array_equal(found.in_train, in_train)
    assert (found.fingerprint, found.answers.facts["label_names"], len(found)) == ("f00", ("a", "b", "ü"), count)
    last = f"Straße {count - 1} 好"
    assert found.text(count - 1) == last
    assert found.place(count - 1) == f"data/ü.csv:{count + 1}"
    assert found.pair(count - 1) == (last[::-1] if pairs else None)


def test_pandas_reads_it_as_plain_columns(tmp_path):
    logits = np.log(np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.2, 0.2, 0.6]], np.float32))
    write_predictions(
        tmp_path / "test.parquet", rows(3), columns=COLUMNS, outputs={"logits": logits}, lengths=np.full(3, 4)
    )
    frame = pd.read_parquet(tmp_path / "test.parquet")
    assert list(frame["place"]) == ["data/ü.csv:2", "data/ü.csv:3", "data/ü.csv:4"]
    assert list(frame["label"]) == ["a", "b", "ü"]
    assert list(frame["predicted"]) == ["a", "ü", "ü"]
    np.testing.assert_allclose(frame["score"], [0.7, 0.6, 0.6], rtol=1e-6)
    np.testing.assert_allclose(frame["probability_b"], [0.2, 0.3, 0.2], rtol=1e-6)
    assert list(frame[frame["label"] != frame["predicted"]]["text"]) == ["Straße 1 好"]


def test_a_missing_file_says_how_to_get_it(tmp_path):
    with pytest.raises(RunError, match=r"are missing(.|\n)*test\.parquet(.|\n)*bert-tf evaluate"):
        read_predictions(tmp_path / "test.parquet", COLUMNS)


@pytest.mark.parametrize("content", [b"", b"PAR1 not so", json.dumps({}).encode()])
def test_a_damaged_file_is_a_sentence(tmp_path, content):
    (tmp_path / "test.parquet").write_bytes(content)
    with pytest.raises(RunError, match="can't be read"):
        read_predictions(tmp_path / "test.parquet", COLUMNS)


def test_a_parquet_file_of_others_is_a_sentence(tmp_path):
    pq.write_table(pa.table({"text": ["a"], "label": [1]}), tmp_path / "test.parquet")
    with pytest.raises(RunError, match="can't be read"):
        read_predictions(tmp_path / "test.parquet", COLUMNS)


def written(path, count=400):
    logits = np.random.default_rng(1).normal(size=(count, 3)).astype(np.float32)
    lengths = np.full(count, 9, np.int32)
    write_predictions(path, rows(count), columns=COLUMNS, outputs={"logits": logits}, lengths=lengths)
    return path


def content_of(found):
    texts = [found.text(row) for row in range(len(found))]
    answers = found.answers
    return answers.expected.tolist(), answers.outputs["logits"].tolist(), found.lengths.tolist(), texts, answers.facts


def test_600_turned_bits_are_found(tmp_path):
    path = written(tmp_path / "test.parquet")
    whole, dice = path.read_bytes(), random.Random(1)
    for _ in range(600):
        place, bit = dice.randrange(len(whole)), dice.randrange(8)
        turned = bytearray(whole)
        turned[place] ^= 1 << bit
        path.write_bytes(turned)
        with pytest.raises(RunError, match="can't be read: "):
            read_predictions(path, COLUMNS)
        with pytest.raises(RunError, match="can't be read: "):
            check_predictions(path)


def test_readers_of_others_see_no_hash(tmp_path):
    path = written(tmp_path / "test.parquet")
    table = pq.read_table(path, page_checksum_verification=True)
    assert content_of(read_predictions(path, COLUMNS))[1] == table["logits"].to_pylist()
    frame = pd.read_parquet(path)
    assert frame["text"].tolist() == table["text"].to_pylist()


def test_files_that_changed_places_are_found(tmp_path):
    path = written(tmp_path / "test.parquet").rename(tmp_path / "validation.parquet")
    with pytest.raises(RunError, match="changed since it was written"):
        read_predictions(path, COLUMNS)


@pytest.mark.parametrize("column", ["place", "text", "label_id", "logits", "tokens", "in_train"])
def test_a_missing_column_is_a_sentence(tmp_path, column):
    path = written(tmp_path / "test.parquet")
    pq.write_table(pq.read_table(path).drop_columns([column]), path)
    seal_predictions(path)
    with pytest.raises(RunError, match=f"can't be read: column {column!r} is missing"):
        read_predictions(path, COLUMNS)


def test_the_same_rows_have_one_fingerprint_and_one_list_of_labels(tmp_path):
    one = read_predictions(written(tmp_path / "one.parquet"), COLUMNS)
    assert one.same_rows(read_predictions(written(tmp_path / "two.parquet"), COLUMNS))
    assert not one.same_rows(dataclasses.replace(one, fingerprint="f01"))
    assert not one.same_rows(dataclasses.replace(one, compared_facts={"label_names": ["b", "a", "ü"]}))
    learned = dataclasses.replace(one.answers, facts={**one.answers.facts, "thresholds": (0.1, 0.2, 0.3)})
    assert one.same_rows(dataclasses.replace(one, answers=learned))
