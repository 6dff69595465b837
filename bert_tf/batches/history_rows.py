"""Rows that are an item and those of a history: a text that is in several rows of a batch is computed once."""

import numpy as np

from bert_tf.batches.batch_plan import length_ladder
from bert_tf.batches.cache import TokenCache
from bert_tf.text.encoded import FEATURES


class HistoryRows:
    """N rows, as `TrainingRows`. A batch is its different texts, ascending by their numbers.

    The text of number 0 is in all batches: it stands where a history ends.

    Args:
        tokens: Of all U texts.
        items: The item of each row, int [N], above 0.
        histories: The items of its history, and 0 behind them, int [N, H].
        features: Of all texts, float32 [U, F], where more is read of an item than its text.

    Attributes:
        lengths: Tokens of the longest text of each row, int [N].
        max_tokens: Longest text.
        apart: The item of each row: two rows of one item have no wrong one in each other.
    """

    def __init__(
        self, tokens: TokenCache, items: np.ndarray, histories: np.ndarray, *, features: np.ndarray | None = None
    ) -> None:
        self._tokens, self._numbers = tokens, np.concatenate([items[:, np.newaxis], histories], 1)
        self._features = features
        self.lengths = tokens.lengths[self._numbers].max(1)
        self.max_tokens = tokens.max_tokens
        self.apart: np.ndarray | None = items

    def __len__(self) -> int:
        return len(self._numbers)

    def of_epoch(self, epoch: int) -> "HistoryRows":
        """Itself: a row is the same in every epoch."""
        del epoch
        return self

    def tokens_in(self, indices: np.ndarray) -> int:
        """Tokens of the different texts of some rows."""
        return self._tokens.tokens_in(self._different(indices))

    def texts_in(self, indices: np.ndarray) -> int:
        """Texts that `rows` gives, padding included."""
        most = min(self._numbers.shape[1] * len(indices), len(self._tokens)) + 1
        ladder = length_ladder(max_tokens=most)
        return int(ladder[np.searchsorted(ladder, len(self._different(indices)))])

    def ids_in_use(self, *, vocabulary_size: int, most: int) -> np.ndarray | None:
        """See `TokenCache.ids_in_use`; of texts that are in a row."""
        # Of items that are met in later splits only, a worker that doesn't read these would know nothing.
        in_use = np.zeros(vocabulary_size, bool)
        in_use[self._tokens.pad_id] = True
        for text in self._different(np.arange(len(self))):
            in_use[self._tokens.ids(text)] = True
        found = np.flatnonzero(in_use)
        return found if len(found) <= most else None

    def rows(self, indices: np.ndarray, *, padded_length: int) -> dict[str, np.ndarray]:
        """Model inputs, int32 [texts, padded_length]: the different texts of B rows by their numbers, and behind them
        text 0 up to one of a few sizes, since a size is compiled once; and their `features`, if any, float32."""
        texts = self._different(indices)
        filled = np.concatenate([texts, np.zeros(self.texts_in(indices) - len(texts), texts.dtype)])
        found = self._tokens.rows(filled, padded_length=padded_length)
        return found if self._features is None else {**found, FEATURES: self._features[filled]}

    def _different(self, indices: np.ndarray) -> np.ndarray:
        return np.union1d(self._numbers[indices], [0]).astype(np.int64)
