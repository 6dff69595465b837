"""Where in its text each word stands, as the tokenizer splits it, and which tokens begin a word."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from bert_tf.ragged_rows import RaggedRows, concatenated
from bert_tf.text.offsets import in_text
from bert_tf.text.words import Words

_INSIDE = "##"  # what a piece inside a word begins with


@dataclass(frozen=True, eq=False)
class WordPlaces:
    """The words of N texts, in characters of the decoded text.

    Attributes:
        starts: First character of each word, int32 [N, words].
        ends: The character behind its last.
    """

    starts: RaggedRows
    ends: RaggedRows

    def __len__(self) -> int:
        return len(self.starts)

    def of(self, rows: np.ndarray | slice) -> "WordPlaces":
        """Those of some texts; a mask, indices or a part."""
        return WordPlaces(self.starts[rows], self.ends[rows])


def joined_places(parts: Sequence[WordPlaces]) -> WordPlaces:
    """Those of one or more parts, one behind the other."""
    return WordPlaces(concatenated([part.starts for part in parts]), concatenated([part.ends for part in parts]))


def spans_of_words(words: Words) -> tuple[tf.RaggedTensor, tf.RaggedTensor]:
    """Start and end (exclusive) of each word in its text, ragged int32 [B, words] twice; see `source_spans`."""
    characters = words.characters
    starts = in_text(words, characters.row_starts(), words.splits)
    return starts, in_text(words, characters.row_limits() - 1, words.splits) + 1


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
