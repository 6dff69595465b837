import json

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from bert_tf.data.corpus import make_corpus
from bert_tf.errors import DataError, VerifyError
from bert_tf.export.answer_index import (
    AnswerIndex,
    check_index,
    find_index,
    read_index,
    vector_model_sha256,
    write_index,
)

MANIFEST = {
    "task": "embed", "max_tokens": 16, "windows": None, "precision": "float32", "quantize": "none",
    "checkpoint": {"epoch": 2, "sha256": "ab" * 32}, "encoder": {"name": "minilm-l6"},
}  # fmt: skip
CORPUS = make_corpus(["a", "7"], [b"Yes.", "Nö.".encode()], ['{"link": 1}', '{"link": null}'])
VECTORS = np.array([[1, 0, 0], [0.6, 0.8, 0]], np.float32)


@pytest.fixture
def handoff(tmp_path):
    model = vector_model_sha256(MANIFEST)
    facts = {"rows": 2, "model_sha256": model, "corpus_sha256": CORPUS.sha256}
    write_index(tmp_path, AnswerIndex(CORPUS, VECTORS, model, 1), facts)
    return tmp_path


@pytest.fixture
def manifest(handoff):
    return {**MANIFEST, "answers": json.loads((handoff / "answers" / "index.json").read_text())}


def test_what_is_written_is_read(handoff):
    found = read_index(handoff / "answers" / "answers.parquet")
    assert found.corpus == CORPUS
    assert (found.vectors.dtype, found.vectors.tolist()) == (np.float32, VECTORS.tolist())
    assert (found.model_sha256, found.truncated) == (vector_model_sha256(MANIFEST), 1)


def test_any_tool_reads_the_table(handoff):
    table = parquet.read_table(handoff / "answers" / "answers.parquet")
    assert table.column_names == ["id", "text", "metadata", "vector"]
    assert table["text"].to_pylist() == ["Yes.", "Nö."]
    assert table["vector"].type == pa.list_(pa.float32(), 3)


def test_a_table_of_answers_is_no_index(tmp_path):
    parquet.write_table(pa.table({"id": [1], "text": ["Yes."]}), tmp_path / "answers.parquet")
    assert find_index(tmp_path / "answers.parquet") is None
    (tmp_path / "answers.csv").write_text("id,text\n1,Yes.\n")
    assert find_index(tmp_path / "answers.csv") is None
    assert find_index(tmp_path / "none.parquet") is None


@pytest.mark.parametrize("content", [b"", b"{}", "a table"])
def test_in_a_handoff_another_file_is_a_damaged_index(tmp_path, content):
    path = tmp_path / "answers.parquet"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        parquet.write_table(pa.table({"id": [1], "text": ["Yes."]}), path)
    with pytest.raises(DataError, match="This index is damaged: what is there is no index"):
        read_index(path)
    path.unlink()
    with pytest.raises(DataError, match="The index of the answers is missing"):
        read_index(path)


def rewritten(path, change):
    table = parquet.read_table(path)
    parquet.write_table(change(table).replace_schema_metadata(table.schema.metadata), path)


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.set_column(1, "text", pa.array(["Yes.", "No."])),
        lambda table: table.drop_columns(["vector"]),
        lambda table: table.set_column(0, "id", pa.array([b"a", b"7"])),
        lambda table: table.set_column(3, "vector", pa.array([[np.nan, 0, 0]] * 2, pa.list_(pa.float32(), 3))),
        lambda table: table.set_column(3, "vector", pa.array([[1, 0, 0], [0.8, 0.6, 0]], pa.list_(pa.float32(), 3))),
        lambda table: table.set_column(3, "vector", pa.array([[1, 0], [0.6, 0.8]], pa.list_(pa.float32(), 2))),
    ],
)
def test_a_damaged_index(change, handoff, manifest):
    path = handoff / "answers" / "answers.parquet"
    rewritten(path, change)
    with pytest.raises(DataError, match="This index is damaged"):
        read_index(path)
    with pytest.raises(VerifyError, match="This index is damaged"):
        check_index(handoff, manifest)


@pytest.mark.parametrize("said", [{"truncated": 0}, {"model_sha256": "0" * 64}])
def test_what_an_index_says_of_itself_is_held_against_its_hash(said, handoff):
    path = handoff / "answers" / "answers.parquet"
    table = parquet.read_table(path)
    ((key, written),) = table.schema.metadata.items()
    parquet.write_table(table.replace_schema_metadata({key: json.dumps({**json.loads(written), **said})}), path)
    with pytest.raises(DataError, match="This index is damaged: its rows are not those that were written"):
        read_index(path)


def test_the_index_of_this_model(handoff, manifest):
    assert check_index(handoff, manifest).startswith("2 answers, with vectors of this checkpoint")


@pytest.mark.parametrize(
    "other",
    [
        {"checkpoint": {"sha256": "cd" * 32}},
        {"max_tokens": 32},
        {"precision": "bfloat16"},
        {"encoder": {"name": "bow"}},
    ],
)
def test_the_index_of_another_model_is_refused_by_its_hash(other, handoff, manifest):
    with pytest.raises(VerifyError, match="made with another model than this one"):
        check_index(handoff, {**manifest, **other})


@pytest.mark.parametrize("change", [{"rows": 3}, {"corpus_sha256": "0"}, {"model_sha256": "0"}])
def test_an_index_that_the_manifest_does_not_name(change, handoff, manifest):
    with pytest.raises(VerifyError, match="not the one that the manifest names"):
        check_index(handoff, {**manifest, "answers": {**manifest["answers"], **change}})


def test_no_index(handoff, manifest):
    (handoff / "answers" / "answers.parquet").unlink()
    with pytest.raises(VerifyError, match="The index of the answers is missing"):
        check_index(handoff, manifest)
