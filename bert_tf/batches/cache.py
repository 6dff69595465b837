"""Token ids of a split, made once and kept on disk as an Arrow IPC file that is memory-mapped.

The file's name is a hash of the texts, the tokenizer and the settings, so it can't be stale, and it carries a hash of
its content, so damage is found; memory doesn't grow with the data; runs and tuning trials share it.
"""

import contextlib
import copy
import dataclasses
import hashlib
import logging
import pathlib
import shutil
from collections.abc import Iterator

import filelock
import numpy as np
import pyarrow as pa

from bert_tf.atomic import new_file
from bert_tf.batches.padding import padded_inputs
from bert_tf.batches.token_batches import BATCH_ROWS, Encoded, Texts, Tokenizer, encoded_batches
from bert_tf.errors import DataError
from bert_tf.integrity import check_seal, seal
from bert_tf.permissions import private_folder
from bert_tf.room import Need, check_room
from bert_tf.system_errors import system_errors_as

_LOG = logging.getLogger(__name__)
_FORMAT = "1"
# Of a part of the ids that is kept when the process is killed: about half a minute's work of one core.
_PART_ROWS = 64 * BATCH_ROWS


class TokenCache:
    """Memory-mapped token ids of N texts.

    Args:
        path: Written by `open_token_cache`.
        pad_id, max_tokens: See below.

    Raises:
        ValueError: the file is not as it was written.

    Attributes:
        lengths: Tokens of each text with special tokens, int32 [N].
        truncated: Whether a text was longer than allowed, bool [N].
        pad_id: Id that stands behind the last token of a row.
        max_tokens: Longest row.
        apart: Nothing says of rows that they shouldn't stand in one batch.
    """

    apart: np.ndarray | None = None

    def __init__(self, path: pathlib.Path, *, pad_id: int, max_tokens: int) -> None:
        self.pad_id, self.max_tokens = pad_id, max_tokens
        size = check_seal(path)
        reader = pa.ipc.open_file(pa.memory_map(str(path)).read_buffer(size))
        batches = [reader.get_batch(index) for index in range(reader.num_record_batches)]
        self._ids = [batch["input_ids"].values.to_numpy() for batch in batches]
        self._offsets = [batch["input_ids"].offsets.to_numpy() for batch in batches]
        self.lengths = np.concatenate([np.diff(offsets) for offsets in self._offsets])
        self._first_lengths = np.concatenate([batch["first_length"].to_numpy() for batch in batches])
        self.truncated = np.concatenate([batch["truncated"].to_numpy(zero_copy_only=False) for batch in batches])

    def __len__(self) -> int:
        return len(self.lengths)

    def of_epoch(self, epoch: int) -> "TokenCache":
        """Itself: a row is the same in every epoch."""
        del epoch
        return self

    def head(self, count: int) -> "TokenCache":
        """Those of the first texts."""
        part = copy.copy(self)
        part.lengths, part._first_lengths = self.lengths[:count], self._first_lengths[:count]
        part.truncated = self.truncated[:count]
        return part

    def ids(self, index: int) -> np.ndarray:
        """Token ids of a text, special tokens included."""
        part, place = divmod(int(index), BATCH_ROWS)
        start, stop = self._offsets[part][place : place + 2]
        return self._ids[part][start:stop]

    def tokens_in(self, indices: np.ndarray) -> int:
        """Tokens of some rows together."""
        return int(self.lengths[indices].sum())

    def texts_in(self, indices: np.ndarray) -> int:
        """Rows of tokens: one for each row."""
        return len(indices)

    def ids_in_use(self, *, vocabulary_size: int, most: int) -> np.ndarray | None:
        """Every id that a row or its padding has, ascending; None where they are more than `most`."""
        in_use = np.zeros(vocabulary_size, bool)
        in_use[self.pad_id] = True
        for part in self._ids:
            in_use[part] = True
            if in_use.sum() > most:
                return None
        return np.flatnonzero(in_use)

    def rows(self, indices: np.ndarray, *, padded_length: int) -> dict[str, np.ndarray]:
        """Model inputs of some rows: `input_ids`, `attention_mask`, `token_type_ids`, int32 [B, padded_length]."""
        found = [self.ids(index) for index in indices]
        return padded_inputs(found, self._first_lengths[indices], padded_length=padded_length, pad_id=self.pad_id)


def open_token_cache(
    examples: Texts, tokenizer: Tokenizer, *, max_tokens: int, cache_folder: pathlib.Path
) -> TokenCache:
    """The token ids of a split: from the cache, or tokenized now where it has none, or a file that is damaged.

    Args:
        examples: At least one text, or pair of texts.
        tokenizer: Made the ids of every other split as well.
        max_tokens: Longest row, with special tokens; longer texts are truncated.
        cache_folder: Holds `tokens/<hash>.arrow`.

    Raises:
        MachineError: the disk has no room for the ids. DataError: the cache can't be written.
    """
    key = "|".join([_FORMAT, examples.fingerprint, tokenizer.fingerprint, str(max_tokens)])
    path = cache_folder / "tokens" / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.arrow"
    if path.exists():
        try:
            return TokenCache(path, pad_id=tokenizer.pad_id, max_tokens=max_tokens)
        except (OSError, ValueError) as problem:
            _LOG.warning("Token ids in the cache are damaged and will be recomputed: %s: %s.", path, problem)
            path.unlink(missing_ok=True)
    maker = _Maker(examples, tokenizer, max_tokens)
    if len(examples) > _PART_ROWS:
        maker.make_in_parts(path)
    else:
        maker.make(path, 0, len(examples), room_for=len(examples))
    return TokenCache(path, pad_id=tokenizer.pad_id, max_tokens=max_tokens)


@dataclasses.dataclass(frozen=True)
class _Maker:
    """Makes the file of a split."""

    examples: Texts
    tokenizer: Tokenizer
    max_tokens: int

    @property
    def schema(self) -> pa.Schema:
        # Two bytes an id where the vocabulary allows it: BERT's do, and half the bytes are read in every epoch.
        id_type = pa.uint16() if self.tokenizer.vocabulary_size <= 1 << 16 else pa.int32()
        return pa.schema([("input_ids", pa.list_(id_type)), ("first_length", pa.int32()), ("truncated", pa.bool_())])

    def make(self, path: pathlib.Path, start: int, stop: int, *, room_for: int) -> None:
        """Tokenize rows `start` to `stop` (excluded) into a file, if there is room for so many, these included."""
        encoded = encoded_batches(self.examples, self.tokenizer, max_tokens=self.max_tokens, start=start, stop=stop)
        with _sealed(path) as temporary:
            self._write(temporary, map(self._batch, encoded), room_for=room_for)

    def make_in_parts(self, path: pathlib.Path) -> None:
        """Tokenize all rows a part at a time: what a killed process has made is kept for the next one."""
        folder = path.with_suffix(".parts")
        hint = "set BERT_TF_CACHE in the environment to a writable folder"
        with system_errors_as(DataError, "Token ids can't be kept", where=str(folder), hint=hint):
            private_folder(folder)
        with filelock.FileLock(folder / "lock", mode=0o600):
            if path.exists():  # another process has made it meanwhile
                return
            parts = []
            for start in range(0, len(self.examples), _PART_ROWS):
                parts.append(folder / f"{start // _PART_ROWS:05d}.arrow")
                if not _is_whole(parts[-1]):
                    stop = min(start + _PART_ROWS, len(self.examples))
                    # All rows stand on the disk twice when parts become a whole.
                    self.make(parts[-1], start, stop, room_for=2 * len(self.examples) - start)
            with _sealed(path) as temporary:
                self._write(temporary, (batch for part in parts for batch in _batches(part)), room_for=0)
            shutil.rmtree(folder, ignore_errors=True)

    def _batch(self, encoded: Encoded) -> pa.RecordBatch:
        offsets = np.concatenate([[0], np.cumsum(encoded.lengths)]).astype(np.int32)
        flat = pa.array(encoded.ids.astype(self.schema.field("input_ids").type.value_type.to_pandas_dtype()))
        ids = pa.ListArray.from_arrays(offsets, flat)
        columns = [ids, pa.array(encoded.first_lengths, pa.int32()), pa.array(encoded.truncated)]
        return pa.record_batch(columns, schema=self.schema)

    def _write(self, path: pathlib.Path, batches: Iterator[pa.RecordBatch], *, room_for: int) -> None:
        """Write record batches."""
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


def _is_whole(path: pathlib.Path) -> bool:
    try:
        check_seal(path)
    except (OSError, ValueError):
        return False
    return True


def _batches(path: pathlib.Path) -> Iterator[pa.RecordBatch]:
    reader = pa.ipc.open_file(pa.memory_map(str(path)).read_buffer(check_seal(path)))
    return map(reader.get_batch, range(reader.num_record_batches))


def _check_room(folder: pathlib.Path, size: float) -> None:
    """Ask for what is still to be written, reckoned from the first rows."""
    check_room([Need(folder, round(size), "token ids", "BERT_TF_CACHE in the environment")])
