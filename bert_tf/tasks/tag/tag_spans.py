"""From tags of words to entities, in the graph; the rules are those of `word_tags.py`."""

from typing import NamedTuple

import tensorflow as tf


class EntitySpans(NamedTuple):
    """Entities of B texts, ragged [B, entities].

    Attributes:
        starts: First character, int32.
        ends: The character behind the last, int32.
        types: Their types, int32.
        scores: Mean of their words' scores, float32.
    """

    starts: tf.RaggedTensor
    ends: tf.RaggedTensor
    types: tf.RaggedTensor
    scores: tf.RaggedTensor


def entity_spans(tags: tf.Tensor, scores: tf.Tensor, *, starts: tf.Tensor, ends: tf.Tensor) -> EntitySpans:
    """Entities of words.

    Args:
        tags: int32 [B, W]; outside behind the last word of a text.
        scores: Of words, float32 [B, W].
        starts: First character of each word, int32 [B, W].
        ends: The character behind its last, int32 [B, W].
    """
    types = (tags - 1) // 2  # -1 outside
    before = tf.pad(types, [[0, 0], [1, 0]], constant_values=-1)[:, :-1]
    goes_on = (types >= 0) & (tags % 2 == 0) & (before == types)
    begins = (types >= 0) & ~goes_on
    stops = (types >= 0) & ~tf.pad(goes_on, [[0, 0], [0, 1]])[:, 1:]
    return EntitySpans(
        tf.ragged.boolean_mask(starts, begins),
        tf.ragged.boolean_mask(ends, stops),
        tf.ragged.boolean_mask(types, begins),
        _means(tf.ragged.boolean_mask(scores, types >= 0), tf.ragged.boolean_mask(begins, types >= 0), begins),
    )


def _means(scores: tf.RaggedTensor, begins: tf.RaggedTensor, all_begins: tf.Tensor) -> tf.RaggedTensor:
    """Mean over each entity of the scores of its words; of words that are in one."""
    entity = tf.cumsum(tf.cast(begins.flat_values, tf.int32)) - 1
    counts = tf.reduce_sum(tf.cast(all_begins, tf.int32), 1)
    total = tf.reduce_sum(counts)
    sums = tf.math.unsorted_segment_sum(scores.flat_values, entity, total)
    words = tf.math.unsorted_segment_sum(tf.ones_like(scores.flat_values), entity, total)
    return tf.RaggedTensor.from_row_lengths(sums / words, counts, validate=False)
