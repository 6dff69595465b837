"""Text to words in the graph: the characters of BertNormalizer, the boundaries of BertPreTokenizer.

Everything runs over one flat stream of all texts' characters, a space behind each text. What a character becomes is
looked up in a `CharacterTable`; a word begins at an isolated character, or at a plain one behind one that isn't.
"""

from typing import NamedTuple

import tensorflow as tf

from bert_tf.text.characters import (
    CODEPOINT_BITS,
    CODEPOINT_MASK,
    EXPANDS,
    ISOLATED,
    PAGE_BITS,
    PLAIN,
    SPACE,
    CharacterTable,
)


class Words(NamedTuple):
    """Words of B texts, and where they come from.

    Attributes:
        characters: Ragged int32 [W, characters], normalized codepoints of each word.
        splits: int64 [B + 1], row splits of the words into texts.
        kept: int64 [characters of all words], position of each in the normalized stream.
        origin: int64 [source characters + 1], where in the normalized stream each source character's output begins.
        text_splits: int64 [B + 1], row splits of the source characters into texts.
    """

    characters: tf.RaggedTensor
    splits: tf.Tensor
    kept: tf.Tensor
    origin: tf.Tensor
    text_splits: tf.Tensor


class WordSplitter(tf.Module):
    """Normalizes and splits as the tokenizer does from which the table was compiled."""

    def __init__(self, table: CharacterTable) -> None:
        super().__init__()
        with tf.init_scope():
            self.page_of = tf.constant(table.page_of)
            self.pages = tf.constant(table.pages.reshape(-1))
            self.pool = tf.constant(table.pool)

    def split(self, texts: tf.Tensor) -> Words:
        """Words of each text; `texts` is string [B], malformed UTF-8 read as `errors="replace"` does."""
        stream, origin, text_splits = self._normalize(texts)
        classes = tf.bitwise.right_shift(stream, CODEPOINT_BITS)
        previous = tf.concat([[SPACE], classes], 0)[:-1]
        begins = (classes == ISOLATED) | ((classes == PLAIN) & (previous != PLAIN))
        splits = tf.searchsorted(tf.where(begins)[:, 0], tf.gather(origin, text_splits), out_type=tf.int64)
        kept = tf.where(classes != SPACE)[:, 0]
        characters = tf.RaggedTensor.from_row_starts(
            tf.bitwise.bitwise_and(tf.gather(stream, kept), CODEPOINT_MASK),
            tf.where(tf.gather(begins, kept))[:, 0],
            validate=False,
        )
        return Words(characters, splits, kept, origin, text_splits)

    def _normalize(self, texts: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """(stream of `class << CODEPOINT_BITS | codepoint`, `origin`, `text_splits`), the last two as in `Words`."""
        codepoints = tf.strings.unicode_decode(tf.strings.join([texts, " "]), "UTF-8", errors="replace")
        source = codepoints.flat_values
        entries = self._look_up(source)
        classes = tf.bitwise.right_shift(entries, CODEPOINT_BITS)
        replaced = tf.bitwise.bitwise_or(
            tf.bitwise.left_shift(classes, CODEPOINT_BITS), tf.bitwise.bitwise_and(source + entries, CODEPOINT_MASK)
        )
        expands = classes == EXPANDS
        stream, origin = tf.cond(
            tf.reduce_any(expands),
            lambda: self._expand(replaced, entries, expands),
            lambda: (replaced, tf.range(tf.size(source, tf.int64) + 1)),
        )
        return stream, origin, codepoints.row_splits

    def _look_up(self, codepoints: tf.Tensor) -> tf.Tensor:
        page = tf.gather(self.page_of, tf.bitwise.right_shift(codepoints, PAGE_BITS))
        place = tf.bitwise.bitwise_and(codepoints, (1 << PAGE_BITS) - 1)
        return tf.gather(self.pages, tf.bitwise.left_shift(page, PAGE_BITS) + place)

    def _expand(self, replaced: tf.Tensor, entries: tf.Tensor, expands: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Puts what the pool holds in the place of characters that become none or several."""
        size = tf.size(replaced)
        position = tf.where(expands, tf.bitwise.bitwise_and(entries, CODEPOINT_MASK), 0)
        count = tf.where(expands, tf.gather(self.pool, position), 1)
        first = tf.where(expands, size + position + 1, tf.range(size))
        places = tf.ragged.range(first, first + count)
        return tf.gather(tf.concat([replaced, self.pool], 0), places.flat_values), places.row_splits
