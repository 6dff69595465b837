"""Places of words in bytes of UTF-8, from places in characters of the decoded text."""

from collections.abc import Sequence

import tensorflow as tf

from bert_tf.ragged_rows import RaggedRows
from bert_tf.text.word_places import WordPlaces, WordSpans


def byte_spans(texts: tf.Tensor, spans: WordSpans) -> WordSpans:
    """The same places in bytes of the texts, string [B], as they were sent, malformed or not."""
    # As the words were split: with a blank, whose first byte is the one behind the text.
    _, first_bytes = tf.strings.unicode_decode_with_offsets(tf.strings.join([texts, " "]), "UTF-8", errors="replace")

    def in_bytes(places: tf.RaggedTensor) -> tf.RaggedTensor:
        before = tf.gather(first_bytes.row_starts(), places.value_rowids())
        found = tf.gather(first_bytes.flat_values, before + tf.cast(places.flat_values, tf.int64))
        return places.with_flat_values(tf.cast(found, tf.int32))

    return WordSpans(in_bytes(spans.starts), in_bytes(spans.ends), spans.joined_to)


def byte_places(texts: Sequence[bytes], places: WordPlaces) -> WordPlaces:
    """The same of NumPy arrays."""
    columns = (places.starts, places.ends, places.joined_to)
    spans = WordSpans(*(tf.RaggedTensor.from_row_splits(each.values, each.splits, validate=False) for each in columns))
    found = byte_spans(tf.constant(list(texts), tf.string), spans)
    return WordPlaces(*(RaggedRows(each.flat_values.numpy(), each.row_splits.numpy()) for each in found))
