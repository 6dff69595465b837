"""What a model answered on each row of a split, kept in the run: nothing that is drawn needs the model again.

The file is for people too: pandas, DuckDB and the like read `place`, `text` and what the task says of a row, such as
`label` and `predicted`, as plain columns.
"""

import contextlib
import json
import pathlib
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bert_tf.atomic import new_file
from bert_tf.errors import RunError
from bert_tf.evaluation.split_metrics import Answers
from bert_tf.integrity import check_seal, seal
from bert_tf.ragged_rows import RowValues

_ROWS = 4096  # rows that are written at once: texts don't gather in memory
_END = struct.Struct("<I4s")
# What is read again of each row, with the columns that its task keeps; the others follow from these.
_PLACE, _MEASURED = ("place", "text", "pair"), ("tokens", "in_train")
_OPTIONAL = {"pair"}
_FINGERPRINT = "fingerprint"


class Columns(Protocol):
    """The columns that a task writes of answers; `columns.py` of each task."""

    @property
    def kept(self) -> tuple[str, ...]:
        """Names of those that `answers` reads; the other columns are for people."""

    @property
    def of_label(self) -> tuple[str, ...]:
        """Names of those that tell the label, and have no value for a row without one."""

    @property
    def compared_facts(self) -> tuple[str, ...]:
        """Names of the facts that say what the columns mean, such as the names of labels by id: only where these are
        equal are answers on the same rows."""

    def fields(self, facts: Mapping[str, Any]) -> Sequence[pa.Field]:
        """Of all columns in their order, for answers with these facts."""

    def values(self, answers: Answers) -> Mapping[str, Any]:
        """By column, what `pyarrow.array` takes: a value for each row."""

    def answers(self, table: pa.Table, facts: Mapping[str, Any]) -> Answers:
        """The answers that `values` was given.

        Args:
            table: With the columns of `kept`.
            facts: Of those answers, as JSON has them.

        Raises:
            KeyError, ValueError: the table or the facts are not those of this task.
        """


class Rows(Protocol):
    """The rows of a split: `bert_tf.data.examples.Examples`."""

    @property
    def fingerprint(self) -> str: ...
    @property
    def targets(self) -> RowValues: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...
    def __len__(self) -> int: ...
    def texts(self, start: int, stop: int) -> list[bytes]: ...
    def pairs(self, start: int, stop: int) -> list[bytes] | None: ...
    def places(self, start: int, stop: int) -> list[str]: ...


@dataclass(frozen=True, eq=False)
class Predictions:
    """A split's rows and what was answered on each.

    Attributes:
        fingerprint: Of the rows; two runs with the same one were measured by the same texts and labels, in one order.
        answers: On N rows; what a task measures.
        compared_facts: Facts that say what they mean.
        lengths: Tokens of each text, special tokens included, before it was cut; int [N].
        in_train: Whether its text (and pair) is in the training rows too, bool [N].
    """

    fingerprint: str
    answers: Answers
    compared_facts: Mapping[str, Any]
    lengths: np.ndarray
    in_train: np.ndarray
    _table: pa.Table

    def __len__(self) -> int:
        return len(self.answers)

    def part(self, rows: np.ndarray, answers: Answers) -> "Predictions":
        """Some of the rows, bool [N], with other answers on them."""
        return replace(
            self,
            answers=answers,
            lengths=self.lengths[rows],
            in_train=self.in_train[rows],
            _table=self._table.filter(pa.array(rows)),
        )

    def same_rows(self, other: "Predictions") -> bool:
        """Whether these are answers on the rows of others, and mean the same."""
        return (self.fingerprint, self.compared_facts) == (other.fingerprint, other.compared_facts)

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
    path: pathlib.Path,
    rows: Rows,
    *,
    columns: Columns,
    outputs: Mapping[str, RowValues],
    lengths: np.ndarray,
    in_train: np.ndarray | None = None,
) -> None:
    """Write a Parquet file that carries a hash of its content and of its name.

    Args:
        path: Replaced if it is there.
        rows: N of them.
        columns: Of the task.
        outputs: Of the model by name, each [N, …].
        lengths: Tokens of each text before it was cut, int [N].
        in_train: Whether its text is in the training rows too, bool [N]; None where none is.

    Raises:
        RunError: the disk is full.
    """
    answers = Answers(rows.targets, outputs, rows.facts)
    schema = _schema(rows, columns)
    others = {"tokens": lengths, "in_train": np.zeros(len(rows), bool) if in_train is None else in_train}
    with new_file(path, error=RunError) as temporary:
        with pq.ParquetWriter(temporary, schema, compression="zstd", write_page_checksum=True) as writer:
            for start in range(0, len(rows), _ROWS):
                part = slice(start, start + _ROWS)
                measured = {name: values[part] for name, values in others.items()}
                values = {**columns.values(answers.of(part)), **measured}
                writer.write_batch(_record_batch(schema, rows, part, values))
        seal_predictions(temporary, name=path.name)


def seal_predictions(path: pathlib.Path, *, name: str | None = None) -> None:
    """Put a hash of a Parquet file's content in front of its metadata, where readers pass over it.

    Checksums of pages, which are written too, don't cover metadata and the headers of pages.

    Args:
        path: Whole, without such a hash.
        name: Under which it will be opened; its own if not given.
    """
    seal(path, name=name or path.name, behind=_footer_bytes(path))


def _schema(rows: Rows, columns: Columns) -> pa.Schema:
    texts = ["text", *(["pair"] if len(rows) and rows.pairs(0, 1) is not None else [])]
    fields = [
        *((name, pa.string()) for name in ("place", *texts)),
        *columns.fields(rows.facts),
        *(("tokens", pa.int32()), ("in_train", pa.bool_())),
    ]
    facts = {name: json.dumps(value) for name, value in rows.facts.items()}
    return pa.schema(fields, metadata={_FINGERPRINT: rows.fingerprint, **facts})


def _record_batch(schema: pa.Schema, rows: Rows, part: slice, values: Mapping[str, Any]) -> pa.RecordBatch:
    columns = {
        "place": rows.places(part.start, part.stop),
        "text": _text(rows.texts(part.start, part.stop)),
        "pair": _text(rows.pairs(part.start, part.stop) or []),
        **values,
    }
    return pa.record_batch([pa.array(columns[field.name], field.type) for field in schema], schema=schema)


def _text(values: Sequence[bytes]) -> list[str]:
    return [value.decode() for value in values]


def read_predictions(path: pathlib.Path, columns: Columns) -> Predictions:
    """Read what `write_predictions` wrote with the same columns.

    Raises:
        RunError: the file is missing, damaged, or not one of these.
    """
    with _told_as_unreadable(path):
        check_seal(path, behind=_footer_bytes(path))
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            there, wanted = file.schema_arrow.names, (*_PLACE, *columns.kept, *_MEASURED)
            if lacking := [name for name in wanted if name not in there and name not in _OPTIONAL]:
                raise ValueError(f"column {lacking[0]!r} is missing")
            table = file.read(columns=[name for name in wanted if name in there])
        facts = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
        fingerprint = facts.pop(_FINGERPRINT)
        known = {name: json.loads(value) for name, value in facts.items()}
        return Predictions(
            fingerprint=fingerprint,
            answers=columns.answers(table, known),
            compared_facts={name: known[name] for name in columns.compared_facts},
            lengths=table["tokens"].to_numpy(),
            in_train=table["in_train"].to_numpy(),
            _table=table,
        )


def check_predictions(path: pathlib.Path) -> None:
    """Raises RunError when a file that `write_predictions` wrote is missing or damaged."""
    with _told_as_unreadable(path):
        check_seal(path, behind=_footer_bytes(path))


@contextlib.contextmanager
def _told_as_unreadable(path: pathlib.Path) -> Iterator[None]:
    try:
        yield
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
