"""Rows that are several texts: a text, and those that are right and wrong for it."""

import numpy as np

from bert_tf.batches.cache import TokenCache


class TextGroups:
    """N rows of T texts, as `TrainingRows`; all texts of a batch are padded to one length.

    Args:
        tokens: Of the first text of each row.
        others: Of U texts, each of which may be in any number of rows.
        other_of: Which of these are the other texts of each row, int [N, T - 1]; the first is the right one.
        apart: Equal for rows that should stand in different batches, int [N]; the right text's place if not given.

    Attributes:
        lengths: Tokens of the longest text of each row, int [N].
        max_tokens: Longest text.
        apart: As given, int [N]: two rows of one right text have no wrong one in each other.
    """

    def __init__(
        self, tokens: TokenCache, others: TokenCache, other_of: np.ndarray, *, apart: np.ndarray | None = None
    ) -> None:
        self._tokens, self._others, self._other_of = tokens, others, other_of
        self.lengths = np.maximum(tokens.lengths, others.lengths[other_of].max(1))
        self.max_tokens = tokens.max_tokens
        self.apart: np.ndarray | None = other_of[:, 0] if apart is None else apart

    def __len__(self) -> int:
        return len(self.lengths)

    def of_epoch(self, epoch: int) -> "TextGroups":
        """Itself: a row is the same in every epoch."""
        del epoch
        return self

    def tokens_in(self, indices: np.ndarray) -> int:
        """Tokens of all texts of some rows together."""
        return self._tokens.tokens_in(indices) + self._others.tokens_in(self._other_of[indices].reshape(-1))

    def texts_in(self, indices: np.ndarray) -> int:
        """B · T."""
        return len(indices) * (1 + self._other_of.shape[1])

    def ids_in_use(self, *, vocabulary_size: int, most: int) -> np.ndarray | None:
        """See `TokenCache.ids_in_use`."""
        found = [cache.ids_in_use(vocabulary_size=vocabulary_size, most=most) for cache in (self._tokens, self._others)]
        known = [ids for ids in found if ids is not None]
        if len(known) < len(found):
            return None
        ids = np.union1d(*known)
        return ids if len(ids) <= most else None

    def rows(self, indices: np.ndarray, *, padded_length: int) -> dict[str, np.ndarray]:
        """Model inputs, int32 [B · T, padded_length], the texts of a row one behind the other."""
        parts = [
            self._tokens.rows(indices, padded_length=padded_length),
            *(self._others.rows(which, padded_length=padded_length) for which in self._other_of[indices].T),
        ]
        return {name: np.stack([part[name] for part in parts], axis=1).reshape(-1, padded_length) for name in parts[0]}
