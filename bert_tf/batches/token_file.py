"""How the file of a split's token ids is made: whole, or in parts that are kept when the process is killed.

Where the rows of a part were tokenized, here or on another machine, makes no difference to the bytes.
"""

import contextlib
import dataclasses
import hashlib
import pathlib
import shutil
from collections.abc import Iterator, Sequence

import filelock
import numpy as np
import pyarrow as pa

from bert_tf.atomic import new_file
from bert_tf.batches.token_batches import BATCH_ROWS, Encoded, Texts, Tokenizer, encoded_batches
from bert_tf.errors import DataError
from bert_tf.integrity import check_seal, seal
from bert_tf.permissions import private_folder
from bert_tf.room import Need, check_room
from bert_tf.system_errors import system_errors_as

_FORMAT = "1"
# Of a part of the ids that is kept when the process is killed: about half a minute's work of one core.
_PART_ROWS = 64 * BATCH_ROWS


@dataclasses.dataclass(frozen=True)
class TokenPart:
    """Rows of a split whose ids are a file of their own until all parts are there.

    Attributes:
        path: Of that file; its name is hashed with its content.
        start, stop: The rows, `stop` excluded.
    """

    path: pathlib.Path
    start: int
    stop: int


class TokenFile:
    """The file of a split's token ids, `tokens/<hash>.arrow`; making one writes nothing.

    Args:
        examples, tokenizer, max_tokens, cache_folder: As of `open_token_cache`.

    Attributes:
        path: Of the file.
    """

    def __init__(self, examples: Texts, tokenizer: Tokenizer, *, max_tokens: int, cache_folder: pathlib.Path) -> None:
        key = "|".join([_FORMAT, examples.fingerprint, tokenizer.fingerprint, str(max_tokens)])
        self.path = cache_folder / "tokens" / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.arrow"
        self._examples = examples
        self._maker = _Maker(tokenizer, max_tokens)

    def make(self) -> None:
        """Tokenize all rows; where there are many, in parts.

        Raises:
            MachineError: the disk has no room for the ids. DataError: the cache can't be written.
        """
        if len(self._examples) > _PART_ROWS:
            with self.joined() as missing:
                self._make_parts(missing)
        else:
            self._maker.make(self.path, self._examples, 0, len(self._examples), room_for=len(self._examples))

    @contextlib.contextmanager
    def joined(self) -> Iterator[list[TokenPart]]:
        """Parts that are missing, for the block to make, as of `write_token_part`; behind it all become the file.

        There are none where the file is there. Meanwhile no other process makes the file.

        Raises:
            MachineError, DataError: as of `make`.
        """
        folder = self.path.with_suffix(".parts")
        hint = "set BERT_TF_CACHE in the environment to a writable folder"
        with system_errors_as(DataError, "Token ids can't be kept", where=str(folder), hint=hint):
            private_folder(folder)
        with filelock.FileLock(folder / "lock", mode=0o600):
            if self.path.exists():  # another process has made it meanwhile
                yield []
            else:
                parts = self._parts(folder)
                yield [part for part in parts if not is_whole(part.path)]
                with _sealed(self.path) as temporary:
                    joined = (batch for part in parts for batch in _batches(part.path))
                    self._maker.write(temporary, joined, room_for=0)
            shutil.rmtree(folder, ignore_errors=True)

    def _parts(self, folder: pathlib.Path) -> list[TokenPart]:
        rows = len(self._examples)
        return [
            TokenPart(folder / f"{start // _PART_ROWS:05d}.arrow", start, min(start + _PART_ROWS, rows))
            for start in range(0, rows, _PART_ROWS)
        ]

    def _make_parts(self, parts: Sequence[TokenPart]) -> None:
        for part in parts:
            # All rows stand on the disk twice when parts become a whole.
            room_for = 2 * len(self._examples) - part.start
            self._maker.make(part.path, self._examples, part.start, part.stop, room_for=room_for)


def write_token_part(path: pathlib.Path, texts: Texts, tokenizer: Tokenizer, *, max_tokens: int) -> None:
    """Tokenize the rows of one part into its file.

    Args:
        path: The file; its name is that of the part.
        texts: The part's rows and no others.
        tokenizer, max_tokens: As of `open_token_cache`.

    Raises:
        MachineError: the disk has no room for the ids. DataError: the file can't be written.
    """
    _Maker(tokenizer, max_tokens).make(path, texts, 0, len(texts), room_for=len(texts))


def is_whole(path: pathlib.Path) -> bool:
    """Whether the file of a part, or of all, is there and as it was written."""
    try:
        check_seal(path)
    except (OSError, ValueError):
        return False
    return True


@dataclasses.dataclass(frozen=True)
class _Maker:
    """Makes files of ids."""

    tokenizer: Tokenizer
    max_tokens: int

    @property
    def schema(self) -> pa.Schema:
        # Two bytes an id where the vocabulary allows it: BERT's do, and half the bytes are read in every epoch.
        id_type = pa.uint16() if self.tokenizer.vocabulary_size <= 1 << 16 else pa.int32()
        return pa.schema([("input_ids", pa.list_(id_type)), ("first_length", pa.int32()), ("truncated", pa.bool_())])

    def make(self, path: pathlib.Path, texts: Texts, start: int, stop: int, *, room_for: int) -> None:
        """Tokenize rows `start` to `stop` (excluded) into a file, if there is room for so many, these included."""
        encoded = encoded_batches(texts, self.tokenizer, max_tokens=self.max_tokens, start=start, stop=stop)
        with _sealed(path) as temporary:
            self.write(temporary, map(self._batch, encoded), room_for=room_for)

    def _batch(self, encoded: Encoded) -> pa.RecordBatch:
        offsets = np.concatenate([[0], np.cumsum(encoded.lengths)]).astype(np.int32)
        flat = pa.array(encoded.ids.astype(self.schema.field("input_ids").type.value_type.to_pandas_dtype()))
        ids = pa.ListArray.from_arrays(offsets, flat)
        columns = [ids, pa.array(encoded.first_lengths, pa.int32()), pa.array(encoded.truncated)]
        return pa.record_batch(columns, schema=self.schema)

    def write(self, path: pathlib.Path, batches: Iterator[pa.RecordBatch], *, room_for: int) -> None:
        """Write record batches, if there is room for so many rows."""
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, self.schema) as writer:
            for number, batch in enumerate(batches):
                writer.write_batch(batch)
                if number == 0:
                    _check_room(path.parent, file.tell() / batch.num_rows * max(room_for - batch.num_rows, 0))


@contextlib.contextmanager
def _sealed(path: pathlib.Path) -> Iterator[pathlib.Path]:
    with new_file(path, error=DataError) as temporary:
        yield temporary
        seal(temporary, name=path.name)


def _batches(path: pathlib.Path) -> Iterator[pa.RecordBatch]:
    reader = pa.ipc.open_file(pa.memory_map(str(path)).read_buffer(check_seal(path)))
    return map(reader.get_batch, range(reader.num_record_batches))


def _check_room(folder: pathlib.Path, size: float) -> None:
    """Ask for what is still to be written, reckoned from the first rows."""
    check_room([Need(folder, round(size), "token ids", "BERT_TF_CACHE in the environment")])
