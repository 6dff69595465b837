"""The windows of a split's texts, as rows that can be batched like texts."""

import numpy as np

from bert_tf.batches.cache import TokenCache
from bert_tf.batches.padding import padded_inputs
from bert_tf.text.windows import Windows


class WindowedTokens:
    """W windows of N single texts, those of a text one behind the other.

    Args:
        tokens: The texts, as long as `windows.longest_row`.
        windows: How they are split.

    Attributes:
        lengths: Tokens of each window with special tokens, int32 [W].
        windows: As given.
        text_of: The text that a window is of, int64 [W].
        truncated: Whether a text is longer than its windows, bool [N].
    """

    def __init__(self, tokens: TokenCache, windows: Windows) -> None:
        self._tokens, self.windows = tokens, windows
        self.truncated = tokens.truncated
        lengths = [windows.lengths(int(length)) for length in tokens.lengths]
        counts = [len(of_text) for of_text in lengths]
        self.lengths = np.concatenate(lengths).astype(np.int32)
        self.text_of = np.repeat(np.arange(len(tokens)), counts)
        self._place = np.concatenate([np.arange(count) for count in counts])

    def __len__(self) -> int:
        return len(self.lengths)

    def head(self, count: int) -> "WindowedTokens":
        """Those of the first texts."""
        return WindowedTokens(self._tokens.head(count), self.windows)

    def ids(self, index: int) -> np.ndarray:
        """Token ids of a window, special tokens included."""
        return self.windows.split(self._tokens.ids(self.text_of[index]))[self._place[index]]

    def rows(self, indices: np.ndarray, *, padded_length: int) -> dict[str, np.ndarray]:
        """Model inputs of some windows, as of `TokenCache.rows`."""
        found = [self.ids(index) for index in indices]
        return padded_inputs(found, self.lengths[indices], padded_length=padded_length, pad_id=self._tokens.pad_id)
