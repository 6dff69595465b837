"""What a model answered on each row of a split, kept in the run: nothing that is drawn needs the model again."""

import json
import pathlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bert_tf.atomic import new_file
from bert_tf.errors import RunError

_ROWS = 4096  # rows that are written at once: texts don't gather in memory


class Rows(Protocol):
    """The rows of a split: `bert_tf.data.examples.Examples`."""

    @property
    def fingerprint(self) -> str: ...
    @property
    def label_names(self) -> tuple[str, ...]: ...
    @property
    def labels(self) -> np.ndarray: ...
    def __len__(self) -> int: ...
    def texts(self, start: int, stop: int) -> list[bytes]: ...
    def pairs(self, start: int, stop: int) -> list[bytes] | None: ...


@dataclass(frozen=True, eq=False)
class Predictions:
    """A split's rows and the logits of each.

    Attributes:
        fingerprint: Of the rows; two runs with the same one were measured by the same texts and labels, in one order.
        label_names: C names.
        labels: Label ids, int [N].
        logits: float32 [N, C].
        lengths: Tokens of each text, special tokens included, before it was cut; int [N].
    """

    fingerprint: str
    label_names: tuple[str, ...]
    labels: np.ndarray
    logits: np.ndarray
    lengths: np.ndarray
    _table: pa.Table

    def __len__(self) -> int:
        return len(self.labels)

    def text(self, index: int) -> str:
        """The text of a row."""
        return self._table["text"][index].as_py()

    def pair(self, index: int) -> str | None:
        """The second text of a row; None where rows are single texts."""
        return self._table["pair"][index].as_py() if "pair" in self._table.column_names else None


def write_predictions(path: pathlib.Path, rows: Rows, *, logits: np.ndarray, lengths: np.ndarray) -> None:
    """Write a Parquet file.

    Args:
        path: Replaced if it is there.
        rows: N of them.
        logits: float [N, C].
        lengths: Tokens of each text before it was cut, int [N].

    Raises:
        RunError: the disk is full.
    """
    has_pairs = bool(len(rows)) and rows.pairs(0, 1) is not None
    names = ["text", *(["pair"] if has_pairs else []), "label", "logits", "tokens"]
    types = [*[pa.string()] * (1 + has_pairs), pa.int32(), pa.list_(pa.float32()), pa.int32()]
    facts = {"fingerprint": rows.fingerprint, "label_names": json.dumps(rows.label_names)}
    schema = pa.schema(list(zip(names, types, strict=True)), metadata=facts)
    with new_file(path, error=RunError) as temporary, pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
        for start in range(0, len(rows), _ROWS):
            part = slice(start, start + _ROWS)
            texts = [_text(rows.texts(start, start + _ROWS))]
            if has_pairs:
                texts.append(_text(rows.pairs(start, start + _ROWS) or []))
            columns = [*texts, rows.labels[part], list(logits[part].astype(np.float32)), lengths[part]]
            arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))


def _text(values: Sequence[bytes]) -> list[str]:
    return [value.decode() for value in values]


def read_predictions(path: pathlib.Path) -> Predictions:
    """Read what `write_predictions` wrote.

    Raises:
        RunError: the file is missing or is not one of these.
    """
    try:
        table = pq.read_table(path)
        facts = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
        label_names = tuple(json.loads(facts["label_names"]))
        return Predictions(
            fingerprint=facts["fingerprint"],
            label_names=label_names,
            labels=table["label"].to_numpy(),
            logits=table["logits"].combine_chunks().values.to_numpy().reshape(-1, len(label_names)),
            lengths=table["tokens"].to_numpy(),
            _table=table,
        )
    except (OSError, KeyError, ValueError, pa.ArrowException) as problem:
        missing = isinstance(problem, FileNotFoundError)
        raise RunError(
            "This run's predictions are not there." if missing else "This run's predictions can't be read.",
            where=str(path),
            hint="`bert-tf evaluate RUN` writes them anew",
        ) from problem
