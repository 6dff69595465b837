"""Words without a blank before them, such as the parts of `@AdaLovelace` and of web addresses: no entity begins there.

Marks that join are those of addresses, user names, numbers and file names. Brackets, quotes, and what ends a sentence
or a part of it stand before names that nobody put a blank before, and join nothing.
"""

import numpy as np
import tensorflow as tf

from bert_tf.ragged_rows import RaggedRows

_MARKS = "#$%&*+-./=@\\^_|~"
_SHARE = 0.01  # of the words behind a mark; fewer are mistakes of annotators


def begun_behind(tags: RaggedRows, joined_to: RaggedRows) -> np.ndarray:
    """The characters, as codepoints, behind which at least 1% of the words that are joined to them begin an entity.

    Args:
        tags: Of words, int [N, words].
        joined_to: See `WordPlaces`.
    """
    is_joined = joined_to.values != 0
    marks, of_mark = np.unique(joined_to.values[is_joined], return_inverse=True)
    begun = np.bincount(of_mark, weights=tags.values[is_joined] % 2 == 1, minlength=len(marks))
    return marks[begun >= np.maximum(_SHARE * np.bincount(of_mark, minlength=len(marks)), 1)]


def joining_marks(begun: np.ndarray) -> str:
    """The marks that no entity begins directly behind: those that join, but for `begun`, codepoints."""
    marks = {*_MARKS, *(chr(ord(mark) + 0xFEE0) for mark in _MARKS)}  # and their full-width forms
    return "".join(sorted(marks - set(map(chr, begun))))


def begun_where_they_may(tags: tf.Tensor, joined_to: tf.Tensor, marks: str) -> tf.Tensor:
    """Tags whose entities begin at the first of their words that may begin one, and are none where no word may.

    Args:
        tags: int32 [B, words]; outside behind the last word of a text.
        joined_to: See `WordPlaces`, int32 [B, words].
        marks: See `joining_marks`.
    """
    types = (tags - 1) // 2  # -1 outside
    before = tf.pad(types, [[0, 0], [1, 0]], constant_values=-1)[:, :-1]
    begins = (types >= 0) & ((tags % 2 == 1) | (before != types))
    joining = tf.constant([ord(mark) for mark in marks], tf.int32)
    may_begin = ~tf.reduce_any(joined_to[..., tf.newaxis] == joining, -1)
    # How many words of the entity, of those before this one, may begin one.
    able = _cumulated(may_begin, tags)
    of_first = tf.pad(tf.boolean_mask(able, begins), [[0, 1]])
    able -= tf.gather(of_first, tf.maximum(_cumulated(begins, tags) + tf.cast(begins, tf.int32) - 1, 0))
    tags = tf.where(may_begin & (able == 0), 1 + 2 * types, tags)
    return tf.where((types >= 0) & (may_begin | (able > 0)), tags, 0)


def _cumulated(flags: tf.Tensor, tags: tf.Tensor) -> tf.Tensor:
    """How many are set before each word, of this text and of those before it; int32 [B, words]."""
    counts = tf.cumsum(tf.cast(tf.reshape(flags, [-1]), tf.int32), exclusive=True)
    return tf.reshape(counts, tf.shape(tags))
