"""A corpus with its vectors, as it stands in the handoff of a version that answers: answers.parquet and index.json."""

import dataclasses
import hashlib
import json
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from bert_tf.data.corpus import Corpus, make_corpus
from bert_tf.documents import check_table, parse_json
from bert_tf.errors import EXPORT_AGAIN, DataError, VerifyError

FOLDER = "answers"  # in the handoff
_TABLE, _REPORT = "answers.parquet", "index.json"
_SCHEMA_KEY = b"bert_tf.index"
# What the vectors of a text depend on, by the manifest's names.
_OF_MODEL = ("task", "max_tokens", "windows", "precision", "quantize")
_HASHES = ("model_sha256", "corpus_sha256")
_ALL = "index_sha256"


@dataclasses.dataclass(frozen=True)
class AnswerIndex:
    """Answers with their vectors.

    Attributes:
        corpus: N answers.
        vectors: Of length 1, float32 [N, D].
        model_sha256: Which model they are of; as of `vector_model_sha256`.
        truncated: How many answers go on behind what the model reads.
    """

    corpus: Corpus
    vectors: np.ndarray
    model_sha256: str
    truncated: int


def index_file(handoff: pathlib.Path) -> pathlib.Path:
    """Where the index stands in a handoff."""
    return handoff / FOLDER / _TABLE


def vector_model_sha256(manifest: Mapping[str, Any]) -> str:
    """Hex SHA-256 of what makes vectors of texts: the checkpoint and how it is computed, by what a manifest says."""
    said = {name: manifest.get(name) for name in _OF_MODEL}
    known = {**said, "checkpoint": manifest["checkpoint"]["sha256"], "encoder": manifest["encoder"]["name"]}
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def write_index(folder: pathlib.Path, index: AnswerIndex, facts: Mapping[str, Any]) -> None:
    """Write an index into `answers/` of a handoff.

    Args:
        folder: The handoff.
        index: Answers and vectors.
        facts: For index.json.
    """
    place = folder / FOLDER
    place.mkdir()
    corpus, (rows, width) = index.corpus, index.vectors.shape
    flat = pa.array(index.vectors.reshape(rows * width), pa.float32())
    columns = {
        "id": pa.array(corpus.ids, pa.string()),
        "text": pa.array([text.decode() for text in corpus.texts], pa.string()),
        **({} if corpus.metadata is None else {"metadata": pa.array(corpus.metadata, pa.string())}),
        "vector": pa.FixedSizeListArray.from_arrays(flat, width),
    }
    said = {"model_sha256": index.model_sha256, "corpus_sha256": corpus.sha256, "truncated": index.truncated}
    said[_ALL] = _index_sha256(said, index.vectors)
    table = pa.table(columns).replace_schema_metadata({_SCHEMA_KEY: json.dumps(said).encode()})
    # Vectors are as good as random, and nothing packs them.
    parquet.write_table(table, place / _TABLE, compression="none")
    (place / _REPORT).write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_index(path: pathlib.Path) -> AnswerIndex:
    """The index in a file of a handoff.

    Raises:
        DataError: it is missing, or as of `find_index`; a file there that is no index is a damaged one.
    """
    if not path.is_file():
        raise DataError(
            "The index of the answers is missing.", where=str(path), hint="make it again: bert-tf index RUN"
        )
    index = find_index(path)
    if index is None:
        raise _damaged(path, "what is there is no index")
    return index


def find_index(path: pathlib.Path) -> AnswerIndex | None:
    """The index in a file that a user names; None for one that holds none, such as a table of answers.

    Raises:
        DataError: it is damaged: its rows or vectors are not those that its hashes are of.
    """
    try:
        said = _said(path)
        if said is None:
            return None
        table = parquet.read_table(path)
        more = table["metadata"].to_pylist() if "metadata" in table.column_names else None
        texts = [text.encode() for text in table["text"].to_pylist()]
        corpus = make_corpus(table["id"].to_pylist(), texts, more)
        flat = table["vector"].combine_chunks().flatten().to_numpy()
        vectors = flat.reshape(len(corpus), -1).astype(np.float32)
        is_whole = corpus.sha256 == said["corpus_sha256"] and _index_sha256(said, vectors) == said[_ALL]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, pa.ArrowException) as problem:
        raise _damaged(path, str(problem)) from problem
    if not is_whole:
        raise _damaged(path, "its rows are not those that were written")
    return AnswerIndex(corpus, vectors, said["model_sha256"], said["truncated"])


def check_index(handoff: pathlib.Path, manifest: Mapping[str, Any]) -> str:
    """What was proved of the index in a version's handoff, in a sentence.

    Raises:
        VerifyError: it is missing or damaged, of another corpus or model than the manifest says, or the manifest's
            model is another one.
    """
    path, said = index_file(handoff), manifest["answers"]
    try:
        index = read_index(path)
    except DataError as problem:
        raise VerifyError(problem.what, where=str(path), hint=EXPORT_AGAIN) from problem
    found = {"model_sha256": index.model_sha256, "corpus_sha256": index.corpus.sha256}
    if any(found[name] != said.get(name) for name in _HASHES) or len(index.corpus) != said.get("rows"):
        raise VerifyError("The index is not the one that the manifest names.", where=str(path), hint=EXPORT_AGAIN)
    if index.model_sha256 != vector_model_sha256(manifest):
        raise VerifyError(
            "The index was made with another model than this one.",
            where=str(path),
            hint="make it again: bert-tf index RUN --answers FILE",
        )
    return f"{len(index.corpus):,} answers, with vectors of this checkpoint; SHA-256 {index.corpus.sha256[:12]}…"


def _said(path: pathlib.Path) -> dict[str, Any] | None:
    """What an index says of itself; None for a file that is none."""
    if not path.is_file() or _beginning(path) != b"PAR1":
        return None
    written = (parquet.read_schema(path).metadata or {}).get(_SCHEMA_KEY)
    if written is None:
        return None
    return check_table(parse_json(written), {**dict.fromkeys((*_HASHES, _ALL), str), "truncated": int})


def _index_sha256(said: Mapping[str, Any], vectors: np.ndarray) -> str:
    """Of the vectors and of what is said of them and of the rows."""
    known = json.dumps([said[name] for name in (*_HASHES, "truncated")]).encode()
    return hashlib.sha256(known + np.ascontiguousarray(vectors, "<f4").tobytes()).hexdigest()


def _damaged(path: pathlib.Path, reason: str) -> DataError:
    return DataError(
        f"This index is damaged: {reason}.", where=str(path), hint="make it again from the answers' own file"
    )


def _beginning(path: pathlib.Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)
