"""One split of checked examples in a memory-mapped Arrow file: written block by block, named by its content."""

import hashlib
import json
import mmap
import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bert_tf.data.row_blocks import Cells
from bert_tf.errors import DataError
from bert_tf.permissions import private_file
from bert_tf.ragged_rows import RaggedRows, RowValues, concatenated
from bert_tf.system_errors import system_errors_as

_LENGTH = struct.Struct("<q")
_COUNTED_FLOAT = np.dtype([("size", "<i8"), ("value", "<f4")])


class Encoding(Protocol):
    """How labels are stored.

    Attributes:
        type: Of a stored label: of numbers, of lists of equally many, or of lists of any number of these.
        facts: What the stored labels mean and what was learned of them; JSON-able, with tuples for lists.
    """

    @property
    def type(self) -> pa.DataType: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...

    def encode(self, label: Any) -> Any:
        """What is stored for a label: a number, a list of them, or a list of lists."""

    def content(self, label: Any) -> bytes:
        """What is hashed of a label: other bytes for another label."""


@dataclass(frozen=True, eq=False)
class Examples:
    """A split, in the order of its source. Texts stay on disk; targets and weights are arrays.

    Attributes:
        fingerprint: Hexadecimal hash of texts, pairs, labels and weights, in order.
        facts: Of the task's `Encoding`, the same for all splits of a run: `{"label_names": ("negative", "positive")}`.
        targets: [n] or [n, …], as the task encodes labels: int32[n], the place in `label_names`; `RaggedRows` of a task
            with any number of things in a row.
        weights: float32[n], 0 or more.
    """

    fingerprint: str
    facts: Mapping[str, Any]
    targets: RowValues
    weights: np.ndarray
    _mapped: mmap.mmap
    _reader: pa.ipc.RecordBatchFileReader
    _starts: np.ndarray

    def __len__(self) -> int:
        return len(self.targets)

    def head(self, count: int) -> Self:
        """The first rows, with the fingerprint of all."""
        return replace(self, targets=self.targets[:count], weights=self.weights[:count])

    @property
    def has_pairs(self) -> bool:
        """Whether each example has a second text."""
        return "pair" in self._reader.schema.names

    def texts(self, start: int, stop: int) -> list[bytes]:
        """UTF-8 texts of rows `start` to `stop` (excluded; cut at the end, as a slice is)."""
        return self._column("text", start, stop)

    def pairs(self, start: int, stop: int) -> list[bytes] | None:
        """UTF-8 second texts of rows `start` to `stop`, or None when examples are single texts."""
        return self._column("pair", start, stop) if self.has_pairs else None

    def text(self, index: int) -> str:
        """The text of one row. Raises IndexError past the end."""
        return self._value("text", index).decode()

    def place(self, index: int) -> str:
        """Where a row came from: `reviews.csv:12`. Raises IndexError past the end."""
        return self._value("place", index).decode()

    def places(self, start: int, stop: int) -> list[str]:
        """Where rows `start` to `stop` came from."""
        return [place.decode() for place in self._column("place", start, stop)]

    def parts(self) -> Iterator[tuple[int, pa.RecordBatch]]:
        """All rows as they were written, a few MiB at a time: the first row of a part, and its columns."""
        for number, start in enumerate(self._starts.tolist()):
            if number < self._reader.num_record_batches:
                yield start, self._reader.get_batch(number)
                _let_go(self._mapped)

    def _value(self, column: str, index: int) -> bytes:
        if not 0 <= index < len(self):
            raise IndexError(f"row {index} of {len(self)}")
        return self._column(column, index, index + 1)[0]

    def _column(self, column: str, start: int, stop: int) -> list[bytes]:
        start, stop, _ = slice(start, stop).indices(len(self))
        values: list[bytes] = []
        batch = int(np.searchsorted(self._starts, start, side="right")) - 1
        while start < stop:
            first = int(self._starts[batch])
            part = self._reader.get_batch(batch).column(column).slice(start - first, stop - start)
            values += part.to_pylist()
            start += len(part)
            batch += 1
        _let_go(self._mapped)
        return values


def open_examples(path: Path) -> Examples:
    """Map a file that `ExamplesWriter` wrote; its name starts with the fingerprint."""
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    reader = pa.ipc.open_file(pa.py_buffer(mapped))
    batches = [reader.get_batch(number) for number in range(reader.num_record_batches)]
    empty = pa.RecordBatch.from_pylist([], schema=reader.schema)
    columns = {
        name: concatenated([_array(batch.column(name)) for batch in (*batches, empty)]) for name in ("label", "weight")
    }
    starts = np.cumsum([0, *(batch.num_rows for batch in batches[:-1])])
    del batches
    _let_go(mapped)
    return Examples(
        fingerprint=path.name.partition("-")[0],
        facts={key.decode(): _tuples(json.loads(value)) for key, value in (reader.schema.metadata or {}).items()},
        targets=columns["label"],
        weights=columns["weight"],
        _mapped=mapped,
        _reader=reader,
        _starts=starts,
    )


def write_part(examples: Examples, rows: np.ndarray, folder: Path) -> Examples:
    """Some rows of a split, as a split of its own.

    Args:
        examples: N rows.
        rows: Which of them, bool [N].
        folder: Gets the file.

    Raises:
        DataError: the disk is full.
    """
    parts = [part.filter(pa.array(rows[start : start + part.num_rows])) for start, part in examples.parts()]
    fingerprint = hashlib.sha256(examples.fingerprint.encode() + np.packbits(rows).tobytes()).hexdigest()[:32]
    path = folder / f"{fingerprint}-part.arrow"
    with writing(folder), pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, parts[0].schema) as writer:
        for part in parts:
            writer.write_batch(part)
    return open_examples(path)


class ExamplesWriter:
    """Writes one Arrow file, a block at a time, hashing as it goes. Use as a context manager, then `path` is whole.

    Args:
        path: The file to write.
        has_pairs: Whether examples have a second text.
        encoding: Of the labels.
        is_lasting: Whether the file gets a name by its content, which is hashed for it.

    Raises:
        DataError: The file can't be written, for instance because the disk is full.
    """

    def __init__(self, path: Path, *, has_pairs: bool, encoding: Encoding, is_lasting: bool = True) -> None:
        self._path, self._encoding, self._is_lasting = path, encoding, is_lasting
        fields = {"text": pa.binary(), "label": encoding.type, "weight": pa.float32(), "place": pa.binary()}
        if has_pairs:
            fields["pair"] = pa.binary()
        facts = {key: json.dumps(value) for key, value in encoding.facts.items()}
        self._schema = pa.schema(list(fields.items()), metadata=facts)
        self._content = hashlib.sha256()
        self._surroundings = hashlib.sha256("".join(facts.values()).encode())

    def __enter__(self) -> Self:
        with writing(self._path.parent):
            self._file = pa.OSFile(str(self._path), "wb")
            self._writer = pa.ipc.new_file(self._file, self._schema)
        return self

    def add(
        self, *, texts: pa.Array, pairs: pa.Array | None, labels: Cells, weights: np.ndarray, places: pa.Array
    ) -> None:
        """Append rows: texts, pairs and places as `pa.binary()`, labels as of the encoding."""
        encoded = list(map(self._encoding.encode, labels.values))
        codes = pa.array(labels.codes)
        numbers = weights.astype(np.float32)
        columns = {
            "text": texts,
            "label": pa.array(encoded, self._schema.field("label").type).take(codes),
            "weight": pa.array(numbers),
            "place": places,
            "pair": pairs,
        }
        if self._is_lasting:
            content = pa.array([_counted(self._encoding.content(label)) for label in labels.values], pa.binary())
            counted = [_LENGTH.pack(-1)] if pairs is None else [_lengths(pairs), pairs]
            weighed = np.empty(len(numbers), _COUNTED_FLOAT)
            weighed["size"], weighed["value"] = 4, numbers
            self._content.update(_joined([_lengths(texts), texts, *counted, content.take(codes), _parts(weighed)]))
            written = pa.array([f"{label} ".encode() for label in encoded], pa.binary())
            self._surroundings.update(_joined([written.take(codes), places, b"\n"]))
        with writing(self._path.parent):
            self._writer.write_batch(pa.record_batch([columns[name] for name in self._schema.names], self._schema))

    @property
    def file_name(self) -> str:
        """Name of the file once it is whole: the fingerprint of the content, and a hash of the places."""
        return f"{self._content.hexdigest()[:32]}-{self._surroundings.hexdigest()[:16]}.arrow"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            with writing(self._path.parent):
                self._writer.close()
        finally:
            with writing(self._path.parent):
                self._file.close()


def move_into(folder: Path, path: Path, *, name: str) -> Path:
    """Give a whole file its lasting name, in one step; one that has it already is replaced by its equal."""
    private_file(path)
    with writing(folder):
        os.replace(path, folder / name)
    return folder / name


def _counted(part: bytes | None) -> bytes:
    """Its length, and what it is, so that no two lists of parts are one when they are joined."""
    return _LENGTH.pack(-1) if part is None else _LENGTH.pack(len(part)) + part


def _lengths(column: pa.Array) -> pa.Array:
    """Of each text, as `_counted` writes them."""
    return _parts(pc.binary_length(column).to_numpy(zero_copy_only=False).astype("<i8"))


def _parts(numbers: np.ndarray) -> pa.Array:
    """The bytes of each entry of an array."""
    offsets = pa.py_buffer(np.arange(len(numbers) + 1, dtype=np.int32) * numbers.itemsize)
    return pa.Array.from_buffers(pa.binary(), len(numbers), [None, offsets, pa.py_buffer(numbers.tobytes())])


def _joined(columns: Sequence[pa.Array | bytes]) -> memoryview:
    """The bytes of all columns, row by row."""
    rows = pc.binary_join_element_wise(*columns, b"")
    _, offsets, content = rows.buffers()
    end = np.frombuffer(offsets, np.int32)[len(rows)]
    return memoryview(content)[:end] if end else memoryview(b"")


def _array(column: pa.Array) -> RowValues:
    """[n] of numbers, [n, C] of lists of C; ragged of lists of any of these."""
    if pa.types.is_list(column.type):
        lengths = column.value_lengths().to_numpy(zero_copy_only=False)
        return RaggedRows.of_lengths(_array(column.flatten()).copy(), lengths)
    if pa.types.is_fixed_size_list(column.type):
        return column.flatten().to_numpy(zero_copy_only=False).reshape(len(column), column.type.list_size)
    return column.to_numpy(zero_copy_only=True)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _let_go(mapped: mmap.mmap) -> None:
    """Give pages that were read back to the page cache, so that the process doesn't grow with the file."""
    mapped.madvise(mmap.MADV_DONTNEED)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn an OSError into a DataError that says where there is no room or no permission."""
    hint = "free some space there, or set BERT_TF_CACHE to another folder"
    with system_errors_as(DataError, "The checked examples can't be written", where=str(folder), hint=hint):
        yield
