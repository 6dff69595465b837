"""Token ids of a split, made once and kept on disk as an Arrow IPC file that is memory-mapped.

The file's name is a hash of the texts, the tokenizer and the settings, so it can't be stale, and it carries a hash of
its content, so damage is found; memory doesn't grow with the data; runs and tuning trials share it.
"""

import hashlib
import logging
import pathlib
from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
import pyarrow as pa

from bert_tf.atomic import new_file
from bert_tf.batches.padding import padded_inputs
from bert_tf.errors import DataError
from bert_tf.integrity import check_seal, seal
from bert_tf.room import Need, check_room

_LOG = logging.getLogger(__name__)
_ROWS = 2048  # rows of a record batch, and texts tokenized at once
_FORMAT = "1"


class Texts(Protocol):
    """What is tokenized: `bert_tf.data.examples.Examples`."""

    @property
    def fingerprint(self) -> str: ...
    def __len__(self) -> int: ...
    def texts(self, start: int, stop: int) -> list[bytes]: ...
    def pairs(self, start: int, stop: int) -> list[bytes] | None: ...


class Encoded(Protocol):
    """Ids of some texts: flat int32 [T], then int32 [B], int32 [B], bool [B]."""

    @property
    def ids(self) -> np.ndarray: ...
    @property
    def lengths(self) -> np.ndarray: ...
    @property
    def first_lengths(self) -> np.ndarray: ...
    @property
    def truncated(self) -> np.ndarray: ...


class Tokenizer(Protocol):
    """What tokenizes: `bert_tf.text.loading.load_tokenizer`'s results."""

    @property
    def fingerprint(self) -> str: ...
    @property
    def vocabulary_size(self) -> int: ...
    @property
    def pad_id(self) -> int: ...
    def encode_batch(
        self, texts: Sequence[bytes], pairs: Sequence[bytes] | None = None, *, max_tokens: int
    ) -> Encoded: ...


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
    """

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

    def ids(self, index: int) -> np.ndarray:
        """Token ids of a text, special tokens included."""
        part, place = divmod(int(index), _ROWS)
        start, stop = self._offsets[part][place : place + 2]
        return self._ids[part][start:stop]

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
    with new_file(path, error=DataError) as temporary:
        _write(temporary, examples, tokenizer, max_tokens)
        seal(temporary, name=path.name)
    return TokenCache(path, pad_id=tokenizer.pad_id, max_tokens=max_tokens)


def _write(path: pathlib.Path, examples: Texts, tokenizer: Tokenizer, max_tokens: int) -> None:
    # Two bytes an id where the vocabulary allows it: BERT's do, and half the bytes are read in every epoch.
    id_type = pa.uint16() if tokenizer.vocabulary_size <= 1 << 16 else pa.int32()
    schema = pa.schema([("input_ids", pa.list_(id_type)), ("first_length", pa.int32()), ("truncated", pa.bool_())])
    counted = 0
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        for encoded in _encode(examples, tokenizer, max_tokens):
            offsets = np.concatenate([[0], np.cumsum(encoded.lengths)]).astype(np.int32)
            ids = pa.ListArray.from_arrays(offsets, pa.array(encoded.ids.astype(id_type.to_pandas_dtype())))
            columns = [ids, pa.array(encoded.first_lengths, pa.int32()), pa.array(encoded.truncated)]
            writer.write_batch(pa.record_batch(columns, schema=schema))
            if not counted:
                _check_room(path.parent, file.tell() / len(encoded.lengths) * (len(examples) - len(encoded.lengths)))
            counted += len(encoded.lengths)


def _check_room(folder: pathlib.Path, size: float) -> None:
    """Ask for what is still to be written, reckoned from the first rows."""
    check_room([Need(folder, round(size), "token ids", "BERT_TF_CACHE in the environment")])


def _encode(examples: Texts, tokenizer: Tokenizer, max_tokens: int) -> Iterator[Encoded]:
    for start in range(0, len(examples), _ROWS):
        stop = min(start + _ROWS, len(examples))
        yield tokenizer.encode_batch(examples.texts(start, stop), examples.pairs(start, stop), max_tokens=max_tokens)
