"""Where in its text each word stands, as the tokenizer splits it, and which tokens begin a word."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from bert_tf.ragged_rows import RaggedRows, concatenated
from bert_tf.text.offsets import in_text
from bert_tf.text.words import Words

_INSIDE = "##"  # what a piece inside a word begins with
# Where blocks of ideographs begin, and where they end, as the normalizer of Hugging Face's tokenizers has them.
_IDEOGRAPHS = (
    *(0x3400, 0x4DC0, 0x4E00, 0xA000, 0xF900, 0xFB00, 0x20000, 0x2A6E0),
    *(0x2A700, 0x2B820, 0x2B920, 0x2CEB0, 0x2F800, 0x2FA20),
)


class WordSpans(NamedTuple):
    """The words of B texts in the graph; ragged int32 [B, words].

    Attributes:
        starts: First character of each word, of the decoded text.
        ends: The character behind its last.
        joined_to: The last character of the word before, as a codepoint, where nothing stands between the two and
            neither is an ideograph; else 0.
    """

    starts: tf.RaggedTensor
    ends: tf.RaggedTensor
    joined_to: tf.RaggedTensor


@dataclass(frozen=True, eq=False)
class WordPlaces:
    """The words of N texts, in characters of the decoded text.

    Attributes:
        starts: First character of each word, int32 [N, words].
        ends: The character behind its last.
        joined_to: What stands directly before it, int32; see `WordSpans`.
    """

    starts: RaggedRows
    ends: RaggedRows
    joined_to: RaggedRows

    def __len__(self) -> int:
        return len(self.starts)

    def of(self, rows: np.ndarray | slice) -> "WordPlaces":
        """Those of some texts; a mask, indices or a part."""
        return WordPlaces(self.starts[rows], self.ends[rows], self.joined_to[rows])


def joined_places(parts: Sequence[WordPlaces]) -> WordPlaces:
    """Those of one or more parts, one behind the other."""
    names = ("starts", "ends", "joined_to")
    return WordPlaces(*(concatenated([getattr(part, name) for part in parts]) for name in names))


def spans_of_words(words: Words) -> WordSpans:
    """Where each word stands in its text; see `source_spans`."""
    characters = words.characters
    starts = in_text(words, characters.row_starts(), words.splits)
    ends = in_text(words, characters.row_limits() - 1, words.splits) + 1
    first, last = (
        tf.gather(characters.flat_values, place) for place in (characters.row_starts(), characters.row_limits() - 1)
    )
    end_before, before = (tf.pad(each, [[1, 0]])[:-1] for each in (ends.flat_values, last))
    is_later = tf.range(tf.size(first, tf.int64)) > tf.gather(words.splits, starts.value_rowids())
    is_joined = is_later & (starts.flat_values == end_before) & ~_is_ideograph(first) & ~_is_ideograph(before)
    return WordSpans(starts, ends, starts.with_flat_values(tf.where(is_joined, before, 0)))


def _is_ideograph(codepoints: tf.Tensor) -> tf.Tensor:
    """Whether each is a word of its own in a language that writes no blanks, bool."""
    return tf.searchsorted(tf.constant(_IDEOGRAPHS), codepoints, "right") % 2 == 1


def beginnings(vocabulary: Sequence[str | None], *, size: int, special: Sequence[int]) -> np.ndarray:
    """Whether a token begins a word, bool [size]: pieces inside a word have a mark of their own, and no text has it.

    Args:
        vocabulary: Token of each id.
        size: Ids there are.
        special: Ids that stand around texts.
    """
    begin = np.zeros(size, bool)
    for number, token in enumerate(vocabulary):
        begin[number] = token is not None and not token.startswith(_INSIDE)
    begin[list(special)] = False
    return begin
