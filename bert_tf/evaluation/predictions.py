"""What a model answered on each row of a split, kept in the run: nothing that is drawn needs the model again.

The file is for people too: pandas, DuckDB and the like read `place`, `text`, `label`, `predicted`, `score` and a
`probability_…` of each label as plain columns.
"""

import json
import pathlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.special import softmax

from bert_tf.atomic import new_file
from bert_tf.errors import RunError
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.integrity import check_seal, seal

_ROWS = 4096  # rows that are written at once: texts don't gather in memory
_END = struct.Struct("<I4s")
# What is read again; the other columns follow from these.
_READ = ("place", "text", "pair", "label_id", "logits", "tokens", "in_train")
_OPTIONAL = {"pair"}


class Rows(Protocol):
    """The rows of a split: `bert_tf.data.examples.Examples`."""

    @property
    def fingerprint(self) -> str: ...
    @property
    def targets(self) -> np.ndarray: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...
    def __len__(self) -> int: ...
    def texts(self, start: int, stop: int) -> list[bytes]: ...
    def pairs(self, start: int, stop: int) -> list[bytes] | None: ...
    def places(self, start: int, stop: int) -> list[str]: ...


@dataclass(frozen=True, eq=False)
class Predictions:
    """A split's rows and the logits of each.

    Attributes:
        fingerprint: Of the rows; two runs with the same one were measured by the same texts and labels, in one order.
        label_names: C names.
        labels: Label ids, int [N].
        logits: float32 [N, C].
        lengths: Tokens of each text, special tokens included, before it was cut; int [N].
        in_train: Whether its text (and pair) is in the training rows too, bool [N].
    """

    fingerprint: str
    label_names: tuple[str, ...]
    labels: np.ndarray
    logits: np.ndarray
    lengths: np.ndarray
    in_train: np.ndarray
    _table: pa.Table

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def answers(self) -> Answers:
        """What a task measures of them."""
        return Answers(self.labels, {"logits": self.logits}, self.label_names)

    def place(self, index: int) -> str:
        """Where a row came from: `headlines.csv:282`."""
        return self._table["place"][index].as_py()

    def text(self, index: int) -> str:
        """The text of a row."""
        return self._table["text"][index].as_py()

    def pair(self, index: int) -> str | None:
        """The second text of a row; None where rows are single texts."""
        return self._table["pair"][index].as_py() if "pair" in self._table.column_names else None


def write_predictions(
    path: pathlib.Path, rows: Rows, *, logits: np.ndarray, lengths: np.ndarray, in_train: np.ndarray | None = None
) -> None:
    """Write a Parquet file that carries a hash of its content and of its name.

    Args:
        path: Replaced if it is there.
        rows: N of them.
        logits: float [N, C].
        lengths: Tokens of each text before it was cut, int [N].
        in_train: Whether its text is in the training rows too, bool [N]; None where none is.

    Raises:
        RunError: the disk is full.
    """
    schema = _schema(rows)
    others = {
        "logits": logits.astype(np.float32),
        "tokens": lengths,
        "in_train": np.zeros(len(rows), bool) if in_train is None else in_train,
    }
    with new_file(path, error=RunError) as temporary:
        with pq.ParquetWriter(temporary, schema, compression="zstd", write_page_checksum=True) as writer:
            for start in range(0, len(rows), _ROWS):
                part = slice(start, start + _ROWS)
                measured = {name: values[part] for name, values in others.items()}
                writer.write_batch(_record_batch(schema, rows, part, measured))
        seal_predictions(temporary, name=path.name)


def seal_predictions(path: pathlib.Path, *, name: str | None = None) -> None:
    """Put a hash of a Parquet file's content in front of its metadata, where readers pass over it.

    Checksums of pages, which are written too, don't cover metadata and the headers of pages.

    Args:
        path: Whole, without such a hash.
        name: Under which it will be opened; its own if not given.
    """
    seal(path, name=name or path.name, behind=_footer_bytes(path))


def probability_columns(label_names: Sequence[str]) -> list[str]:
    """Names of the columns that hold the probability of each label, here and in what `bert-tf score` writes."""
    return [f"probability_{name}" for name in label_names]


def _schema(rows: Rows) -> pa.Schema:
    texts = ["text", *(["pair"] if len(rows) and rows.pairs(0, 1) is not None else [])]
    fields = [
        *((name, pa.string()) for name in ("place", *texts, "label", "predicted")),
        *((name, pa.float32()) for name in ("score", *probability_columns(rows.facts["label_names"]))),
        *(("label_id", pa.int32()), ("logits", pa.list_(pa.float32()))),
        *(("tokens", pa.int32()), ("in_train", pa.bool_())),
    ]
    facts = {"fingerprint": rows.fingerprint, "label_names": json.dumps(rows.facts["label_names"])}
    return pa.schema(fields, metadata=facts)


def _record_batch(schema: pa.Schema, rows: Rows, part: slice, measured: dict[str, np.ndarray]) -> pa.RecordBatch:
    logits = measured["logits"]
    names, labels = pa.array(rows.facts["label_names"], pa.string()), rows.targets[part]
    probabilities = softmax(logits.astype(np.float64), axis=-1).astype(np.float32)
    columns: dict[str, Any] = {
        "place": rows.places(part.start, part.stop),
        "text": _text(rows.texts(part.start, part.stop)),
        "pair": _text(rows.pairs(part.start, part.stop) or []),
        "label": names.take(pa.array(labels)),
        "predicted": names.take(pa.array(logits.argmax(-1))),
        "score": probabilities.max(-1),
        **dict(zip(probability_columns(rows.facts["label_names"]), probabilities.T, strict=True)),
        "label_id": labels,
        **measured,
        "logits": list(logits),
    }
    return pa.record_batch([pa.array(columns[field.name], field.type) for field in schema], schema=schema)


def _text(values: Sequence[bytes]) -> list[str]:
    return [value.decode() for value in values]


def read_predictions(path: pathlib.Path) -> Predictions:
    """Read what `write_predictions` wrote.

    Raises:
        RunError: the file is missing, damaged, or not one of these.
    """
    try:
        check_seal(path, behind=_footer_bytes(path))
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            there = file.schema_arrow.names
            if lacking := [name for name in _READ if name not in there and name not in _OPTIONAL]:
                raise ValueError(f"column {lacking[0]!r} is missing")
            table = file.read(columns=[name for name in _READ if name in there])
        facts = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
        label_names = tuple(json.loads(facts["label_names"]))
        return Predictions(
            fingerprint=facts["fingerprint"],
            label_names=label_names,
            labels=table["label_id"].to_numpy(),
            logits=table["logits"].combine_chunks().values.to_numpy().reshape(-1, len(label_names)),
            lengths=table["tokens"].to_numpy(),
            in_train=table["in_train"].to_numpy(),
            _table=table,
        )
    except (OSError, KeyError, ValueError, pa.ArrowException) as problem:
        missing = isinstance(problem, FileNotFoundError)
        raise RunError(
            "This run's predictions are missing."
            if missing
            else f"This run's predictions can't be read: {_reason(problem)}.",
            where=str(path),
            hint="`bert-tf evaluate RUN` writes them again",
        ) from problem


def _footer_bytes(path: pathlib.Path) -> int:
    """Bytes of a Parquet file behind its columns, by what its end says: metadata, their length and a mark."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - _END.size, 0))
        end = file.read()
    if len(end) != _END.size or not end.endswith(b"PAR1"):
        raise ValueError("it is not a Parquet file")
    return _END.unpack(end)[0] + _END.size


def _reason(problem: Exception) -> str:
    return f"it lacks {problem.args[0]!r}" if isinstance(problem, KeyError) else str(problem).partition("\n")[0]
