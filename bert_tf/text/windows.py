"""Where a long text is split into overlapping windows, each of them a row of BERT's input."""

import dataclasses

import numpy as np

from bert_tf.text.encoded import SINGLE_SPECIALS


@dataclasses.dataclass(frozen=True)
class Windows:
    """Splits texts where Hugging Face's tokenizers do with `return_overflowing_tokens=True` and `stride=overlap`.

    A text that fits is one window. Else each window is full, but for the last, which ends with the text.

    Args:
        max_tokens: Tokens of a window, [CLS] and [SEP] included.
        overlap: Tokens that neighbouring windows share; fewer than a window has room for.
        most: Windows of a text; what comes behind them is left out.
    """

    max_tokens: int
    overlap: int
    most: int

    @property
    def room(self) -> int:
        """Tokens of text in a window."""
        return self.max_tokens - SINGLE_SPECIALS

    @property
    def step(self) -> int:
        """Tokens from the beginning of a window to that of the next."""
        return self.room - self.overlap

    @property
    def covered(self) -> int:
        """Tokens of a text that all its windows hold together."""
        return self.room + (self.most - 1) * self.step

    @property
    def longest_row(self) -> int:
        """`covered`, and one [CLS] and [SEP]."""
        return self.covered + SINGLE_SPECIALS

    def lengths(self, row_length: int) -> list[int]:
        """Tokens of each window of a packed row of `row_length` ids, special tokens included."""
        tokens = row_length - SINGLE_SPECIALS
        return [min(self.room, tokens - start) + SINGLE_SPECIALS for start in self._starts(tokens)]

    def split(self, row: np.ndarray) -> list[np.ndarray]:
        """The windows of a packed row, [CLS] tokens [SEP], of at most `longest_row` ids."""
        tokens = row[1:-1]
        return [
            np.concatenate([row[:1], tokens[start : start + self.room], row[-1:]])
            for start in self._starts(len(tokens))
        ]

    def _starts(self, tokens: int) -> range:
        return range(0, max(tokens - self.overlap, 1), self.step)
