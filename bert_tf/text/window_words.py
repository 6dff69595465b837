"""Which words of overlapping windows are taken: each from the window where it has most text around it."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from bert_tf.ragged_rows import RaggedRows
from bert_tf.text.windows import Windows


class TakenTokens(NamedTuple):
    """Of each of W windows, the first token of its text that is taken, and the one behind the last; int64 [W]."""

    first: np.ndarray
    behind: np.ndarray


def taken_tokens(windows: Windows, text_of: np.ndarray) -> TakenTokens:
    """Of two neighbours, each has half of the tokens that they share; so each token of a text is taken once.

    Args:
        windows: How texts are split.
        text_of: The text that each window is of, int [W]; those of a text in order, one behind the other.
    """
    goes_on = np.zeros(len(text_of), bool)
    goes_on[1:] = text_of[1:] == text_of[:-1]
    is_followed, half = np.append(goes_on[1:], False)[: len(text_of)], windows.overlap // 2
    return TakenTokens(np.where(goes_on, half, 0), np.where(is_followed, windows.step + half, windows.room))


def taken_words(
    windows: Windows, rows: Iterable[np.ndarray], text_of: np.ndarray, *, begins_word: np.ndarray
) -> RaggedRows:
    """Whether each word of each window is taken, bool [W, words].

    Args:
        windows: How texts are split.
        rows: Ids of each window, with special tokens and without padding.
        text_of: As of `taken_tokens`.
        begins_word: Whether a token of the vocabulary begins a word, bool [V].
    """
    taken = taken_tokens(windows, text_of)
    parts, counts = [np.zeros(0, bool)], []
    for row, first, behind in zip(rows, *taken, strict=True):
        place = np.flatnonzero(begins_word[row]) - 1  # [CLS] is no token of the text
        parts.append((place >= first) & (place < behind))
        counts.append(len(place))
    return RaggedRows.of_lengths(np.concatenate(parts), np.array(counts, np.int64))


def words_of_texts(words: RaggedRows, taken: RaggedRows, text_of: np.ndarray, *, texts: int) -> RaggedRows:
    """What is taken of windows, as rows of their texts: [texts, words, …] of [W, words, …]."""
    counts = np.bincount(taken.row_of[taken.values], minlength=len(taken))
    lengths = np.bincount(text_of, weights=counts, minlength=texts).astype(np.int64)
    return RaggedRows.of_lengths(words.values[taken.values], lengths)


def is_taken(windows: Windows, text_of: tf.Tensor, length: tf.Tensor) -> tf.Tensor:
    """The same in the graph: whether each token of rows of windows is taken, bool [W, length].

    Args:
        windows: How texts are split.
        text_of: int64 [W].
        length: Of the rows, [CLS] included.
    """
    is_other = text_of[1:] != text_of[:-1]
    none = tf.zeros([tf.minimum(tf.size(text_of), 1)], tf.bool)
    goes_on, is_followed = tf.concat([none, ~is_other], 0), tf.concat([~is_other, none], 0)
    half = windows.overlap // 2
    first, behind = tf.where(goes_on, half, 0), tf.where(is_followed, windows.step + half, windows.room)
    place = tf.range(length)[tf.newaxis] - 1
    return (place >= first[:, tf.newaxis]) & (place < behind[:, tf.newaxis])
