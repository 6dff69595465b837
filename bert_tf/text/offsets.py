"""Where in the text each token comes from: characters of the decoded text, as Hugging Face's offset mapping counts."""

import tensorflow as tf

from bert_tf.text.words import Words


def source_spans(
    words: Words, *, too_long: tf.Tensor, pieces: tf.RaggedTensor, byte_starts: tf.Tensor, byte_ends: tf.Tensor
) -> tuple[tf.RaggedTensor, tf.RaggedTensor]:
    """Start and end (exclusive) of each word piece in its text.

    Args:
        words: W words of B texts.
        too_long: bool [W], words that the unknown token stood in for.
        pieces: Ragged [W, pieces]; only its rows count.
        byte_starts: int64 [P], first byte of each piece in its word.
        byte_ends: int64 [P], byte behind the last.

    Returns:
        Ragged int32 [B, tokens] twice. Combining marks that Unicode's canonical order moves belong here to where they
        stand in the text; Hugging Face counts them at the place they have moved to.
    """
    characters = words.characters
    byte_at = tf.cumsum(_utf8_bytes(characters.flat_values), exclusive=True)
    word = pieces.value_rowids()
    word_start = tf.gather(byte_at, tf.gather(characters.row_starts(), word))
    first = tf.searchsorted(byte_at, word_start + byte_starts, "right", tf.int64) - 1
    last = tf.searchsorted(byte_at, word_start + byte_ends - 1, "right", tf.int64) - 1
    last = tf.where(tf.gather(too_long, word), tf.gather(characters.row_limits(), word) - 1, last)
    token_splits = tf.gather(pieces.row_splits, words.splits)
    return in_text(words, first, token_splits), in_text(words, last, token_splits) + 1


def _utf8_bytes(codepoints: tf.Tensor) -> tf.Tensor:
    """int64, how many bytes UTF-8 takes for each codepoint."""
    more = [tf.cast(codepoints >= limit, tf.int64) for limit in (0x80, 0x800, 0x10000)]
    return 1 + tf.add_n(more)


def in_text(words: Words, character: tf.Tensor, splits: tf.Tensor) -> tf.RaggedTensor:
    """Position in its text of the source character that gave each character of a word.

    Args:
        words: Of B texts.
        character: int64 [n], which of the characters of all words.
        splits: int64 [B + 1], row splits of these into texts.

    Returns:
        Ragged int32 [B, …].
    """
    source = tf.searchsorted(words.origin, tf.gather(words.kept, character), "right", tf.int64) - 1
    rows = tf.RaggedTensor.from_row_splits(source, splits, validate=False)
    # By the row of each: a difference of ragged tensors brings operations for every shape that either could have.
    begins = tf.gather(words.text_splits, rows.value_rowids())
    return rows.with_flat_values(tf.cast(source - begins, tf.int32))
