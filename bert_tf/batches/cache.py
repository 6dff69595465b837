"""Token ids of a split, made once and kept on disk as an Arrow IPC file that is memory-mapped.

The file's name is a hash of the texts, the tokenizer and the settings, so it can't be stale, and it carries a hash of
its content, so damage is found; memory doesn't grow with the data; runs and tuning trials share it.
"""

import copy
import dataclasses
import logging
import pathlib

import numpy as np
import pyarrow as pa

from bert_tf.batches.padding import padded_inputs
from bert_tf.batches.token_batches import BATCH_ROWS, Texts, Tokenizer
from bert_tf.batches.token_file import TokenFile
from bert_tf.integrity import check_seal

_LOG = logging.getLogger(__name__)


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


@dataclasses.dataclass(frozen=True)
class Tokenizing:
    """How all texts of a recipe become token ids.

    Attributes:
        tokenizer, max_tokens, cache_folder: As of `open_token_cache`.
    """

    tokenizer: Tokenizer
    max_tokens: int
    cache_folder: pathlib.Path

    def token_ids(self, texts: Texts) -> TokenCache:
        """The ids of some texts; raises what `open_token_cache` does."""
        return open_token_cache(texts, self.tokenizer, max_tokens=self.max_tokens, cache_folder=self.cache_folder)


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
    file = TokenFile(examples, tokenizer, max_tokens=max_tokens, cache_folder=cache_folder)
    if file.path.exists():
        try:
            return TokenCache(file.path, pad_id=tokenizer.pad_id, max_tokens=max_tokens)
        except (OSError, ValueError) as problem:
            _LOG.warning("Token ids in the cache are damaged and will be recomputed: %s: %s.", file.path, problem)
            file.path.unlink(missing_ok=True)
    file.make()
    return TokenCache(file.path, pad_id=tokenizer.pad_id, max_tokens=max_tokens)
